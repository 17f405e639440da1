"""SGLD: stochastic gradient Langevin dynamics, which samples instead of descending."""

from minigrad.optimizer.norms import normal
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.registry import register


@register
class SGLD(Optimizer):
    """SGLD: half a gradient step plus noise of matching size, so that the weights wander through the posterior.

    If the loss is a negative log-posterior (summed over the data, not averaged), the weights visited are samples from
    that posterior: the drift pulls towards its mode, the noise spreads them as wide as it is.

    Let w be the weight, g the gradient (rescaled, clipped, plus wd * w), η the learning rate, and ξ noise drawn
    anew for each element and step:

        ξ_t ~ N(0, η)                           mean 0, variance η, standard deviation √η
        w_t = w_{t-1} - η / 2 g_t + ξ_t

    State: none. The noise comes from `minigrad.random.normal`, so `minigrad.random.seed` repeats it. At a rate of 0
    the weight stays.

    Arguments:
        Those of `Optimizer`, such as `learning_rate` (η, default 0.01) and `wd`.

    A loss of w² / 2 is the posterior N(0, 1), up to an error of the order of η:

    >>> from minigrad import np, optimizer, random
    >>> random.seed(0)
    >>> w = np.zeros((10000,))
    >>> sgld = optimizer.SGLD(learning_rate=0.1)
    >>> for _ in range(100):
    ...     sgld.update(0, w, w.copy(), None)
    >>> print(w.asnumpy().mean().round(1), w.asnumpy().var().round(1))
    0.0 1.0

    A single gradient of 1e30 throws the weight to -η/2 · 1e30, where ordinary steps are smaller than its last
    digit: it never comes back. `clip_gradient` prevents this.

    Reference: M. Welling, Y. W. Teh, "Bayesian learning via stochastic gradient Langevin dynamics", ICML 2011,
    equation (4). (MXNet's guide cites S. Patterson, Y. W. Teh, NIPS 2013, a variant on the simplex.)
    """

    def rule(self, w, g, *, lr, noise):
        return w - lr / 2 * g + noise

    def outside(self, *, w, lr):
        return {"noise": normal(lr, like=w)}

    def named(self, index, w, g, states, scalars):
        if self.rescale_grad < 1 and self.param_dict:
            from minigrad.optimizer.cautions import a_mean_is_sampled

            a_mean_is_sampled(self)
        return self.outside(w=w, lr=scalars["lr"])
