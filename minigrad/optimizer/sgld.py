"""SGLD: stochastic gradient Langevin dynamics, which samples instead of descending."""

from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.outside import normal
from minigrad.optimizer.registry import register


@register
class SGLD(Optimizer):
    """SGLD: half a gradient step plus noise of matching size, so that the weights wander through the posterior.

    If the loss is a negative log-posterior, the weights visited are samples from that posterior: the drift pulls
    towards its mode, the noise spreads them as wide as it is. The loss must be the *sum* over all N training samples,
    not a mean: in a Trainer, create SGLD with `rescale_grad=N`, which `step(batch_size)` divides. The samples are
    exact only in the limit of small rates, so let the rate fall: `lr_scheduler.InversePowerScheduler`.

    Let w be the weight, g the gradient (rescaled, clipped, plus δ w), η the learning rate, and ξ noise drawn
    anew for each element and step:

        ξ_t ~ N(0, η)                           mean 0, variance η, standard deviation √η
        w_t = w_{t-1} - η / 2 g_t + ξ_t

    State: none. The noise comes from `minigrad.random.normal`, so `minigrad.random.seed` repeats it. At a rate of 0
    the weight stays.

    Arguments:
        Those of `Optimizer`, such as `learning_rate` (η, default 0.01) and `wd` (δ).

    >>> from minigrad import np, optimizer, random
    >>> random.seed(0)
    >>> w = np.array([1.0, -2.0])
    >>> sgld = optimizer.SGLD(learning_rate=0.1)
    >>> state = sgld.create_state(0, w)
    >>> for g in [0.5, -0.25], [-1.0, 0.0], [0.0, 2.0], [0.25, 0.5]:
    ...     sgld.update(0, w, np.array(g), state)
    ...     print(w.asnumpy().round(4))
    [ 1.0148 -2.0293]
    [ 1.2673 -1.9961]
    [ 1.0979 -1.9818]
    [ 1.4977 -1.7073]

    A loss of w² / 2 is the posterior N(0, 1), up to an error of the order of η:

    >>> w = np.zeros((10000,))
    >>> for _ in range(100):
    ...     sgld.update(0, w, w.copy(), None)
    >>> print(w.asnumpy().mean().round(1), w.asnumpy().var().round(1))
    0.0 1.0

    A single gradient of 1e30 throws the weight to -η/2 · 1e30, where ordinary steps are smaller than its last
    digit: it never comes back. `clip_gradient` prevents this.

    In a Trainer SGLD warns, once, if its gradient seems to be that of a mean: if `rescale_grad` is below 1 at a step,
    or at most 1 after `loss.mean()`. It does not see a factor in the loss itself: it warns of a loss multiplied by N
    before `step(batch_size)`, which is a correct sum, and does not warn of a sum over less than all the data with
    `step(1)`, which is a wrong one.

    Reference: M. Welling, Y. W. Teh, "Bayesian learning via stochastic gradient Langevin dynamics", ICML 2011,
    equation (4). (MXNet's guide cites S. Patterson, Y. W. Teh, NIPS 2013, a variant on the simplex.)
    """

    def rule(self, w, g, *, lr, noise):
        return w - lr / 2 * g + noise

    def outside(self, *, w, lr):
        return {"noise": normal(lr, like=w)}

    def named(self, index, w, g, states, scalars):
        if self.rescale_grad <= 1 and index in self.param_dict:  # in a Trainer
            averaged = any([getattr(x.node, "averaged", False) for x in self.param_dict[index].tensors])
            if averaged or self.rescale_grad < 1:
                from minigrad.optimizer.cautions import a_mean_is_sampled

                a_mean_is_sampled(self, averaged)
        return self.outside(w=w, lr=scalars["lr"])
