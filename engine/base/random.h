// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

#include <array>

namespace dormouse {

/// All randomness of the engine. Seeded (xoshiro256**), so that a simulation run repeats exactly.
/// Not for secrets.
class Random
{
public:
    explicit Random(quint64 seed);
    /// Seeded from the operating system.
    static Random fromSystem();

    quint64 next();
    quint32 next32() { return quint32(next() >> 32); }
    /// Uniform in [0, bound); bound 0 gives 0.
    quint64 below(quint64 bound);
    /// Uniform in [0, 1).
    double unit();
    QByteArray bytes(int count);

private:
    std::array<quint64, 4> m_state;
};

} // namespace dormouse
