"""Becomes the program that its arguments name, and lets it end with the process that started it.

    python bound.py PARENT SIGNAL USER PROGRAM [ARGUMENT ...]

`PARENT` is that process's number, `SIGNAL` what the program gets when it is gone, `USER` whom the program runs as (`-`:
no other). Linux alone has such a signal, and sends it when the thread ends that started the program.
"""

import ctypes
import os
import pwd
import sys

SAME_USER = "-"
PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, number, user, *command = sys.argv[1:]
    if user != SAME_USER:
        entry = pwd.getpwnam(user)
        os.setgroups([])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)
    if sys.platform == "linux":
        # Only now: a change of user takes it back.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(number))
    if os.getppid() != int(parent):
        sys.exit("the process that wanted this program is gone")
    os.execv(command[0], command)  # noqa: S606 - no shell, a program of ours


if __name__ == "__main__":
    main()
