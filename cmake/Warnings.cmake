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
# At -O3 g++ 12 sees overflows and overlaps that are not there: in fmt 9's headers and in std::string's operator+
# (GCC bug 105651).
target_compile_options(fixgate_warnings INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow -Wno-restrict>)
