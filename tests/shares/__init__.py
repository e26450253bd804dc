"""Shares on real servers: what must hold across workers, under fire and at any size."""
