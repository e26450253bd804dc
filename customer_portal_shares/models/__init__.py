from . import share
from . import calendar
from . import report
from . import office
