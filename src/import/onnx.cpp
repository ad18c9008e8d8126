#include "import/onnx.h"

#include <google/protobuf/io/coded_stream.h>

#include <limits>

#include "diagnostic/printable.h"
#include "files/kind.h"
#include "files/read.h"
#include "import/graph_reader.h"
#include "import/tensor_data.h"
#include "onnx.pb.h"

namespace fixgate {
namespace {

using onnx::TensorProto;

constexpr std::uintmax_t kLargestMessage = std::numeric_limits<int>::max();  // protobuf's own bound, 2 GiB

/// Protobuf's defaults bound the nesting.
template <typename Message>
Result<Message> parse_message(std::string_view bytes, const char* what) {
  if (bytes.empty()) return fail("the file is empty");
  if (bytes.size() > kLargestMessage) return fail("more than 2 GiB; keep the weights in external data");
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                                static_cast<int>(bytes.size()));
  Message message;
  if (!message.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage())
    return fail("not {}, or truncated or damaged (protobuf cannot read it)", what);
  return message;
}

/// The error with its file; names out of a damaged file may hold anything.
tl::unexpected<Error> in_file(const std::string& name, const Error& error) {
  return tl::make_unexpected(Error{printable(error.within(name).message)});
}

Result<ExaminedModel> examine_onnx_bytes(std::string_view bytes, const std::filesystem::path& folder,
                                         const std::string& name) {
  const auto model = parse_message<onnx::ModelProto>(bytes, "an ONNX model");
  // Other files may pass for a message; what is wrong in them is of no interest then.
  const Error other = or_other_kind({}, bytes, kOnnxKind, "an ONNX file is expected");
  if (!model) return in_file(name, other.message.empty() ? model.error() : other);
  ExaminedModel examined = read_model(*model, folder, name);
  if (!examined && !other.message.empty()) return in_file(name, other);
  return examined;
}

}  // namespace

Result<ExaminedModel> examine_onnx(const std::filesystem::path& path) {
  FIXGATE_ASSIGN(const std::string bytes, read_file(path, kLargestMessage));
  return examine_onnx_bytes(bytes, path.parent_path(), path.string());
}

Result<Graph> import_onnx_bytes(std::string_view bytes, const std::filesystem::path& folder,
                                const std::string& name) {
  FIXGATE_ASSIGN(ExaminedModel examined, examine_onnx_bytes(bytes, folder, name));
  if (examined) return std::move(*examined);
  Error first = examined.error().front();
  if (const std::size_t others = examined.error().size() - 1; others > 0)
    first.message += fmt::format(" (and {} more: fixgate inspect lists all)", others);
  return in_file(name, first);
}

Result<Graph> import_onnx(const std::filesystem::path& path) {
  FIXGATE_ASSIGN(const std::string bytes, read_file(path, kLargestMessage));
  return import_onnx_bytes(bytes, path.parent_path(), path.string());
}

Result<NamedTensor> import_named_tensor(const std::filesystem::path& path) {
  FIXGATE_ASSIGN(const std::string bytes, read_file(path, kLargestMessage));
  const auto proto = parse_message<TensorProto>(bytes, "an ONNX tensor");
  if (!proto) return in_file(path.string(), proto.error());
  auto tensor = convert_tensor(*proto, path.parent_path());
  if (!tensor)
    return in_file(path.string(),
                   Error{fmt::format("tensor '{}' {}", proto->name(), tensor.error().message)});
  return NamedTensor{proto->name(), std::move(*tensor)};
}

Result<Tensor> import_tensor(const std::filesystem::path& path) {
  FIXGATE_ASSIGN(NamedTensor named, import_named_tensor(path));
  return std::move(named.tensor);
}

}  // namespace fixgate
