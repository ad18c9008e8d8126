// Adds a layer to a program, statement by statement.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "program/expression.h"
#include "program/program.h"

namespace fixgate::program {

/// What a layer is called and when it runs.
struct LayerHead {
  std::string name;
  std::string label;
  ClockId clock{0};
  bool is_reverse = false;
};

/// Builds the program's last layer. Values are declared in the order in which statements make them.
class LayerBuilder {
 public:
  /// `program` outlives this.
  LayerBuilder(Program& program, LayerHead head);

  ValueId value(std::string name, int size, SignalRole role);
  MatrixId matrix(std::string name, int rows, int columns);
  MatrixId diagonal(std::string name, int rows);
  /// Makes a matrix one that slides.
  void shape(MatrixId matrix, Slide slide) { program_.matrices[matrix].shape = std::move(slide); }
  ConstantId constant(std::string name, int size);
  /// The value is remembered for one tick; from call to call if `is_carried`.
  void state(ValueId value, bool is_carried);

  void sum(ValueId target, Sum sum);
  void table(ValueId target, const Function& function, ValueId argument);
  void largest(ValueId target, ValueId first, ConstantId second);
  void smallest(ValueId target, ValueId first, ConstantId second);
  void add(Statement statement);

 private:
  Layer& layer() { return program_.layers[id_]; }

  Program& program_;
  LayerId id_;
};

}  // namespace fixgate::program
