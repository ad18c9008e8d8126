# cmake -DFOLDER=... -DPATTERN=*.sv -DOUTPUT=x.cpp -DNAME=library_texts -P EmbedTexts.cmake
#
# Writes a C++ file with the texts of a folder: `std::span<const EmbeddedText> NAME()`, in the order of their names.
file(GLOB paths ${FOLDER}/${PATTERN})
list(SORT paths)
set(entries "")
foreach(path ${paths})
  get_filename_component(file ${path} NAME)
  file(READ ${path} text)
  string(APPEND entries "    {\"${file}\", R\"embedded(${text})embedded\"},\n")
endforeach()
file(WRITE ${OUTPUT}.part
     "#include <array>\n\n#include \"hardware/embedded_text.h\"\n\nnamespace fixgate {\nnamespace {\n\n"
     "constexpr auto kTexts = std::to_array<EmbeddedText>({\n${entries}});\n\n}  // namespace\n\n"
     "std::span<const EmbeddedText> ${NAME}() {\n  return kTexts;\n}\n\n}  // namespace fixgate\n")
file(RENAME ${OUTPUT}.part ${OUTPUT})
