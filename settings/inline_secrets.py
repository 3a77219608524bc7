"""What looks like a secret; a deployment file is read by many, and so are templates and manifests."""

import re

SECRET_WORDS = ("KEY", "SECRET", "PASSWORD", "TOKEN", "CREDENTIAL")
"""Words in the names of variables that hold secrets."""
_NAME = re.compile(r"(^|[_-])(key|secret|password|passwd|token|credentials?|apikey)([_-]|$)", re.IGNORECASE)
_VALUES = (
    re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b"),
    re.compile(r"\b(sk|pk|rk)-[A-Za-z0-9_-]{16,}"),
    re.compile(r"\b(ghp|gho|ghs|github_pat|glpat|hf|tvly|pcsk|lsv2|xox[bp])[_-][A-Za-z0-9_-]{10,}"),
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\."),
    re.compile(r"://[^/\s:@]+:[^/\s@]+@"),
)
"""Access keys of AWS, keys of model services, tokens of code hosts, private keys, web tokens, passwords in
addresses."""


def names_secret(name: str) -> bool:
    """Whether a setting of this name would hold a secret: `openai_api_key`, `password`."""
    return _NAME.search(name) is not None


def is_secret(value: str) -> bool:
    """Whether a text has the form of a key, token or password."""
    return any(form.search(value) for form in _VALUES)
