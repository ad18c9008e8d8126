#include "program/layer_builder.h"

#include <utility>

namespace fixgate::program {

LayerBuilder::LayerBuilder(Program& program, LayerHead head)
    : program_(program),
      id_(program.layers.add(
          {std::move(head.name), std::move(head.label), head.clock, head.is_reverse, {}})) {}

ValueId LayerBuilder::value(std::string name, int size, SignalRole role) {
  return program_.values.add({std::move(name), id_, layer().clock, size, std::nullopt, role});
}

MatrixId LayerBuilder::matrix(std::string name, int rows, int columns) {
  return program_.matrices.add({std::move(name), id_, rows, columns, Dense{}});
}

MatrixId LayerBuilder::diagonal(std::string name, int rows) {
  return program_.matrices.add({std::move(name), id_, rows, 1, Diagonal{}});
}

ConstantId LayerBuilder::constant(std::string name, int size) {
  return program_.constants.add({std::move(name), id_, size, 1});
}

void LayerBuilder::state(ValueId value, bool is_carried) {
  program_.states.add({value, 1, false, is_carried});
}

void LayerBuilder::sum(ValueId target, Sum sum) {
  add(SumStatement{target, std::move(sum)});
}

void LayerBuilder::table(ValueId target, const Function& function, ValueId argument) {
  add(TableStatement{target, program_.functions.add(function), {argument}});
}

void LayerBuilder::largest(ValueId target, ValueId first, ConstantId second) {
  add(ExtremeStatement{target, true, {Read{first}, ConstantUse{second}}});
}

void LayerBuilder::smallest(ValueId target, ValueId first, ConstantId second) {
  add(ExtremeStatement{target, false, {Read{first}, ConstantUse{second}}});
}

void LayerBuilder::add(Statement statement) {
  layer().statements.push_back(std::move(statement));
}

}  // namespace fixgate::program
