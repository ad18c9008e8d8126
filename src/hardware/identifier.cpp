#include "hardware/identifier.h"

#include <algorithm>

#include "hardware/top_names.h"

namespace fixgate {
namespace {

// IEEE 1800-2017, annex B.
constexpr std::string_view kReserved =
    " accept_on alias always always_comb always_ff always_latch and assert assign assume automatic before "
    "begin "
    "bind bins binsof bit break buf bufif0 bufif1 byte case casex casez cell chandle checker class clocking "
    "cmos "
    "config const constraint context continue cover covergroup coverpoint cross deassign default defparam "
    "design "
    "disable dist do edge else end endcase endchecker endclass endclocking endconfig endfunction endgenerate "
    "endgroup endinterface endmodule endpackage endprimitive endprogram endproperty endspecify endsequence "
    "endtable endtask enum event eventually expect export extends extern final first_match for force foreach "
    "forever fork forkjoin function generate genvar global highz0 highz1 if iff ifnone ignore_bins "
    "illegal_bins "
    "implements implies import incdir include initial inout input inside instance int integer interconnect "
    "interface intersect join join_any join_none large let liblist library local localparam logic longint "
    "macromodule matches medium modport module nand negedge nettype new nexttime nmos nor noshowcancelled "
    "not "
    "notif0 notif1 null or output package packed parameter pmos posedge primitive priority program property "
    "protected pull0 pull1 pulldown pullup pulsestyle_ondetect pulsestyle_onevent pure rand randc randcase "
    "randsequence rcmos real realtime ref reg reject_on release repeat restrict return rnmos rpmos rtran "
    "rtranif0 rtranif1 s_always s_eventually s_nexttime s_until s_until_with scalared sequence shortint "
    "shortreal showcancelled signed small soft solve specify specparam static string strong strong0 strong1 "
    "struct super supply0 supply1 sync_accept_on sync_reject_on table tagged task this throughout time "
    "timeprecision timeunit tran tranif0 tranif1 tri tri0 tri1 triand trior trireg type typedef union unique "
    "unique0 unsigned until until_with untyped use uwire var vectored virtual void wait wait_order wand weak "
    "weak0 weak1 while wildcard wire with within wor xnor xor ";

constexpr std::size_t kLongestName = 128;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// A module of the same name would be hidden in the top module.
bool is_of_every_top(std::string_view name) {
  return name == kUnusedFirst || name.starts_with(kLibraryInstancePrefix) ||
         std::ranges::find(kTopPorts, name, &TopPort::name) != kTopPorts.end();
}

}  // namespace

std::string layer_identifier(std::string_view layer) {
  std::string identifier(layer);
  std::ranges::replace(identifier, '.', '_');
  // The top module has a signal unused_first.
  return is_digit(identifier.front()) || identifier == "unused" ? "layer_" + identifier : identifier;
}

std::string constant_prefix(std::string_view identifier) {
  std::string prefix;
  bool begins_word = true;
  for (const char c : identifier) {
    if (c != '_')
      prefix.push_back(begins_word && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
    begins_word = c == '_';
  }
  return prefix.empty() || is_digit(prefix.front()) ? "Layer" + prefix : prefix;
}

std::vector<std::string> declared_names(std::string_view identifier) {
  std::vector<std::string> names{fmt::format("u_{}", identifier)};
  for (const char* part : {"data", "valid", "ready", "first", "last"})
    names.push_back(fmt::format("{}_{}", identifier, part));
  return names;
}

std::string module_identifier(std::string_view network) {
  std::string name(network.substr(0, kLongestName - std::string_view("net_").size()));
  std::ranges::replace_if(
      name, [](char c) { return !is_letter(c) && !is_digit(c); }, '_');
  return check_module_name(name) ? name : "net_" + name;
}

Result<void> check_module_name(std::string_view name) {
  const auto is_inner = [](char c) { return is_letter(c) || is_digit(c) || c == '_'; };
  if (name.size() > kLongestName)
    return fail("a name of {} characters: give --name one of at most {}", name.size(), kLongestName);
  if (name.empty() || !(is_letter(name.front()) || name.front() == '_') ||
      !std::ranges::all_of(name, is_inner))
    return fail("'{}' is no SystemVerilog identifier: give --name one of letters, digits and '_'", name);
  if (kReserved.find(fmt::format(" {} ", name)) != std::string_view::npos)
    return fail("'{}' is a reserved word of SystemVerilog: give --name another one", name);
  if (name == "fg" || name.starts_with(kLibraryPrefix))  // fg_pkg is the library's package
    return fail("'{}': fg and names that begin with fg_ are the library's: give --name another one", name);
  if (is_of_every_top(name))
    return fail("'{}' is the name of a signal in the module itself: give --name another one", name);
  return {};
}

}  // namespace fixgate
