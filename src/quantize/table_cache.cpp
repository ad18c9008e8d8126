#include "quantize/table_cache.h"

#include <algorithm>
#include <list>
#include <mutex>
#include <optional>
#include <utility>

namespace fixgate {
namespace {

constexpr std::size_t kMostTables = 1024;

struct Wanted {
  ActivationFunction function;
  Format input;
  SignalFormat output;
  TableOptions options;

  friend bool operator==(const Wanted&, const Wanted&) = default;
};

class TableCache {
 public:
  std::optional<ActivationTable> find(const Wanted& wanted) {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(entries_, wanted, &Entry::first);
    if (found == entries_.end()) return std::nullopt;
    entries_.splice(entries_.begin(), entries_, found);
    return found->second;
  }

  void keep(const Wanted& wanted, const ActivationTable& table) {
    const std::lock_guard lock(mutex_);
    entries_.emplace_front(wanted, table);
    if (entries_.size() > kMostTables) entries_.pop_back();
  }

 private:
  using Entry = std::pair<Wanted, ActivationTable>;

  std::mutex mutex_;
  std::list<Entry> entries_;  // the last one asked for first
};

TableCache& cache() {
  static TableCache tables;
  return tables;
}

}  // namespace

Result<ActivationTable> kept_table(const ActivationFunction& function, const Format& input,
                                   const SignalFormat& output, const TableOptions& options) {
  const Wanted wanted{function, input, output, options};
  if (auto kept = cache().find(wanted)) return std::move(*kept);
  // Not under the lock: two threads may make the same table.
  FIXGATE_ASSIGN(ActivationTable table, build_table(function, input, output, options));
  cache().keep(wanted, table);
  return table;
}

}  // namespace fixgate
