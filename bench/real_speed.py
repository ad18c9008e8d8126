#!/usr/bin/env python3
"""Public networks, one stream and one thread: Fixgate's fast simulator against ONNX Runtime in float, in turns in one run.

  real_speed.py FIXGATE STREAM_SPEED FOLDER -o OUT [--rounds 9] [--seconds 0.5]

FOLDER is the `real` folder of the data that cannot be shipped, STREAM_SPEED the program of bench/stream_speed.cpp. Networks
whose states are graph inputs run call by call, as they are made for; others over whole recordings. Prints the median of each and the
median of the rounds' ratios; writes OUT/speed.json.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import time

os.environ['OMP_NUM_THREADS'] = '1'

import numpy as np

import real_networks
from real_networks import NETWORKS, Trial

MEASURED = ['nsnet2/nsnet2', 'dtln/model_1', 'dtln/model_2', 'silero-vad/silero_vad_16k_op15', 'silero-vad-v4/silero_vad_legacy', 'gtcrn/gtcrn_simple']
STEPS = 400  # of a recording
WIDTHS = ((8, 8), (4, 8))


class Peer(real_networks.Peer):
    """ONNX Runtime with one thread, its feeds cut beforehand."""

    def __init__(self, path, network, arrays):
        super().__init__(path, network, threads=1)
        self.steps = len(next(iter(arrays.values())))
        self.feeds = ([self.feed({name: array[step] for name, array in arrays.items()}, 1) for step in range(self.steps)]
                      if network.is_stepped else [self.feed(arrays, self.steps)])

    def pass_once(self):
        states = {name: self.zeros(name) for name in self.network.states}
        names = [value.name for value in self.session.get_outputs()]
        for feed in self.feeds:
            answer = dict(zip(names, self.session.run(names, {**feed, **states})))
            states = {name: answer[to] if to else states[name] for name, to in self.network.states.items()}

    def steps_per_second(self, seconds):
        done, start = 0, time.process_time()
        while True:
            self.pass_once()
            done += self.steps
            if time.process_time() - start >= seconds:
                return done / (time.process_time() - start)


class Stream:
    """stream_speed on one fixed-point network."""

    def __init__(self, program, fixed, inputs, is_stepped):
        self.process = subprocess.Popen([program, fixed, inputs, *(['--stepped'] if is_stepped else [])], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.simulator = self.process.stdout.readline().strip()

    def steps_per_second(self, seconds):
        self.process.stdin.write(f'{seconds}\n')
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def measure(options, name):
    network, path = NETWORKS[name], options.folder / f'{name}.onnx'
    trial = Trial(options.fixgate, path, name, network, options.output)
    arrays = {key: array[:STEPS] for key, array in real_networks.arrays_of(network, options.folder, real_networks.SEED, network.data).items()}
    np.savez(trial.out / 'inputs.npz', **arrays)
    np.savez(trial.out / 'calibration.npz', **real_networks.arrays_of(network, options.folder, real_networks.SEED + 1000, network.calibration))
    peer = Peer(path, network, arrays)
    streams = {f'{w}/{a}': Stream(options.stream_speed, trial.quantise(w, a), trial.out / 'inputs.npz', network.is_stepped) for w, a in WIDTHS}
    rounds = {plan: [] for plan in streams}
    rates = {plan: [] for plan in [*streams, 'peer']}
    for _ in range(options.rounds):
        other = peer.steps_per_second(options.seconds)
        rates['peer'].append(other)
        for plan, stream in streams.items():
            own = stream.steps_per_second(options.seconds)
            rates[plan].append(own)
            rounds[plan].append(own / other)
    return [{'network': name, 'plan': plan, 'simulator': stream.simulator, 'steps_per_second': statistics.median(rates[plan]),
             'peer_steps_per_second': statistics.median(rates['peer']), 'ratio': statistics.median(rounds[plan])} for plan, stream in streams.items()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('fixgate')
    parser.add_argument('stream_speed')
    parser.add_argument('folder', type=pathlib.Path)
    parser.add_argument('-o', '--output', type=pathlib.Path, required=True)
    parser.add_argument('--rounds', type=int, default=9)
    parser.add_argument('--seconds', type=float, default=0.5)
    options = parser.parse_args()
    records = []
    for name in MEASURED:
        if not (options.folder / f'{name}.onnx').exists():
            print(f'{name}: left out, the file is not there')
            continue
        for record in measure(options, name):
            records.append(record)
            print(f"{record['network']:34} {record['plan']}  {record['steps_per_second']:10.0f} steps/s, ONNX Runtime {record['peer_steps_per_second']:10.0f}: "
                  f"{record['ratio']:.2f} times  ({record['simulator']})", flush=True)
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / 'speed.json').write_text(json.dumps(records, indent=1) + '\n')


if __name__ == '__main__':
    main()
