from . import share
from . import report
from . import office
