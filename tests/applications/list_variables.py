"""Lists the environment variables that a wheel's modules read.

`python -m tests.applications.list_variables FILE.whl > NAMES.txt`; Open WebUI's go to assets/variables, so that
synthesis knows them, LiteLLM's stay beside this file.
"""

import sys
import zipfile
from pathlib import Path

from settings.known_variables import names_in

if __name__ == "__main__":
    with zipfile.ZipFile(Path(sys.argv[1])) as wheel:
        modules = [wheel.read(name).decode() for name in wheel.namelist() if name.endswith(".py")]
    print("\n".join(sorted({name for module in modules for name in names_in(module)})))
