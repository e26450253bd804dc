from . import test_gate, test_share
