#!/usr/bin/env python3
"""slang_lint.py ARGUMENT...: what slang says of SystemVerilog files; the arguments are its command line's.

Exit code 0: no error and no warning. 1: there are some; they are printed. 77: PyPI's pyslang (12 or later) is not
installed.
"""
import sys

# A cast that changes nothing with these parameters changes something with others.
WARNINGS = ["-Wextra", "-Wno-useless-cast", "-Werror"]


def quoted(argument):
    return '"' + argument.replace("\\", "\\\\").replace('"', '\\"') + '"'


def lint(slang, arguments):
    driver = slang.Driver()
    driver.addStandardArgs()
    line = " ".join(quoted(argument) for argument in ["slang", *WARNINGS, *arguments])
    if not (driver.parseCommandLine(line) and driver.processOptions() and driver.parseAllSources()):
        return False
    compilation = driver.createCompilation()
    driver.reportCompilation(compilation, True)
    driver.runAnalysis(compilation)
    return driver.reportDiagnostics(True)


def main():
    try:
        from pyslang import driver
    except ImportError as missing:
        print(f"pyslang is not installed: {missing}")
        return 77
    return 0 if lint(driver, sys.argv[1:]) else 1


if __name__ == "__main__":
    sys.exit(main())
