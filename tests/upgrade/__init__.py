"""From the addons as they were before to the addons as they are: everything must still be there."""
