"""``./setup/pot``: refresh the translation template of each addon."""

import argparse

from .ground import Ground


def pot(argv):
    """Write ``<addon>/i18n/<addon>.pot`` where it is not current."""
    argparse.ArgumentParser(prog="setup/pot", description=pot.__doc__).parse_args(argv)
    ground = Ground.provide(with_tests=True)
    ground.enter_environment()
    from .translations import TranslationTemplates

    with ground.standing() as standing:
        written = TranslationTemplates(standing).write()
        for path in written:
            standing.console.say(
                f"✓ {path.relative_to(standing.paths.repository)} written"
            )
        if not written:
            standing.console.say("✓ All translation templates are current")
    return 0
