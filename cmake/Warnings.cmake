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
# g++ 12 sees an overflow in fmt 9's own headers when it inlines them at -O3; there is none.
target_compile_options(fixgate_warnings INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow>)
