"""Every pinned version: looked up 2026-11-21 unless a line says otherwise."""

OPEN_WEBUI = "v0.12.4-slim"
"""Released 2026-10-25 with security fixes; the slim image holds no local model and is a quarter of the size.

The release was seen on PyPI; of the image only tags up to v0.11.4 were seen, so look for this one before you deploy."""
OPEN_WEBUI_REPOSITORY = "ghcr.io/open-webui/open-webui"
LITELLM = "v1.104.0"
"""Newest tag of the non-root image seen on ghcr, in other people's files and without its digest; v1.104.2 was seen on
Docker Hub alone. 1.82.7 and 1.82.8 on PyPI were malicious, 1.83 fixed two CVEs."""
LITELLM_REPOSITORY = "ghcr.io/berriai/litellm-non_root"
AURORA_POSTGRESQL = "16.15"
"""Newest of the major that Open WebUI is tested with; cfn-lint 1.58.0 lists it. 0 ACU needs 16.3 or later."""
VALKEY = "8"
"""ElastiCache Serverless takes the major version; 7.2 or later."""
