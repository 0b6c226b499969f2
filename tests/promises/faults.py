"""What the faulty app must not tell, and the run that is at fault there."""

SECRET = "token=5ecre7 in /home/somebody/.netrc"  # noqa: S105
FAULTY = "fa17"
