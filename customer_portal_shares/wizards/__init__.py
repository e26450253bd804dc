from . import share
from . import report
