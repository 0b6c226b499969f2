"""One family of errors, whose messages are sentences: what was wrong, what is wanted, what to do."""


class VaelabError(Exception):
    """Any failure that a user can understand and mend; the command line exits with 2, the app shows the sentence."""


class RecipeError(VaelabError):
    """A recipe, preset or field that does not exist, is out of range, or does not combine."""


class DataError(VaelabError):
    """A data set that is unknown, missing, damaged or cannot be downloaded."""


class CheckpointError(VaelabError):
    """A checkpoint that is missing, incomplete, altered, or does not fit its recipe."""


class RunError(VaelabError):
    """A training run that cannot be found, started, commanded or continued."""
