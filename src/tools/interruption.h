// Ctrl-C and its like, while programs run that must be ended first.
#pragma once

namespace fixgate {

/// While one lives, SIGINT, SIGTERM and SIGHUP do not end the process but are noted; a second one ends it. A
/// signal that is ignored stays ignored.
class InterruptionWatch {
 public:
  InterruptionWatch();
  ~InterruptionWatch();
  InterruptionWatch(const InterruptionWatch&) = delete;
  InterruptionWatch& operator=(const InterruptionWatch&) = delete;
};

/// True once a signal has been noted.
bool is_interrupted();

/// Readable once a signal has been noted; -1 before the first watch.
int interruption_descriptor();

/// Ends the process as the noted signal would have; returns where none was noted.
void end_if_interrupted();

}  // namespace fixgate
