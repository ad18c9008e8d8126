# Strict warnings, errors in every preset, for g++ and clang++ alike.
add_library(fixgate_warnings INTERFACE)
target_compile_options(
  fixgate_warnings
  INTERFACE -Wall
            -Wextra
            -Wpedantic
            -Wshadow
            -Wconversion
            -Wno-sign-conversion
            -Wnon-virtual-dtor
            -Woverloaded-virtual
            -Wold-style-cast
            -Werror)
