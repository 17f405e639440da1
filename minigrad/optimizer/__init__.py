"""Optimizers: every update rule written once, as its equations."""

from minigrad.absent import answers_for_absent, explain_absent

from minigrad.optimizer.registry import create, register  # isort: skip
from minigrad.optimizer.optimizer import Optimizer  # isort: skip
from minigrad.optimizer.adabelief import AdaBelief
from minigrad.optimizer.adadelta import AdaDelta
from minigrad.optimizer.adagrad import AdaGrad
from minigrad.optimizer.adam import Adam
from minigrad.optimizer.adamax import Adamax
from minigrad.optimizer.adamw import AdamW
from minigrad.optimizer.dcasgd import DCASGD
from minigrad.optimizer.ftml import FTML
from minigrad.optimizer.ftrl import Ftrl
from minigrad.optimizer.groupadagrad import GroupAdaGrad
from minigrad.optimizer.lamb import LAMB
from minigrad.optimizer.lans import LANS
from minigrad.optimizer.lars import LARS
from minigrad.optimizer.lbsgd import LBSGD
from minigrad.optimizer.lion import Lion
from minigrad.optimizer.nadam import Nadam
from minigrad.optimizer.nag import NAG
from minigrad.optimizer.rmsprop import RMSProp
from minigrad.optimizer.run import reading
from minigrad.optimizer.sgd import SGD
from minigrad.optimizer.sgld import SGLD
from minigrad.optimizer.signum import Signum
from minigrad.optimizer.updater import Updater, get_updater

__all__ = [
    "AdaBelief", "AdaDelta", "AdaGrad", "Adam", "AdamW", "Adamax", "DCASGD", "FTML", "Ftrl", "GroupAdaGrad", "LAMB",
    "LANS", "LARS", "LBSGD", "Lion", "NAG", "Nadam", "Optimizer", "RMSProp", "SGD", "SGLD", "Signum", "Updater",
    "create", "get_updater", "reading", "register",
]  # fmt: skip

answers_for_absent(Optimizer)
answers_for_absent(Updater)
explain_absent(__name__)
