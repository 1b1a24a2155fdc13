// SPDX-License-Identifier: Apache-2.0
#include "engine/base/random.h"

#include <bit>
#include <random>

namespace dormouse {

namespace {
quint64 splitMix(quint64 &state)
{
    state += 0x9e3779b97f4a7c15ULL;
    quint64 z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}
} // namespace

Random::Random(quint64 seed)
{
    for (quint64 &word : m_state)
        word = splitMix(seed);
}

Random Random::fromSystem()
{
    std::random_device device;
    return Random((quint64(device()) << 32) | device());
}

quint64 Random::next()
{
    const quint64 result = std::rotl(m_state[1] * 5, 7) * 9;
    const quint64 shifted = m_state[1] << 17;
    m_state[2] ^= m_state[0];
    m_state[3] ^= m_state[1];
    m_state[1] ^= m_state[2];
    m_state[0] ^= m_state[3];
    m_state[2] ^= shifted;
    m_state[3] = std::rotl(m_state[3], 45);
    return result;
}

quint64 Random::below(quint64 bound)
{
    if (bound == 0)
        return 0;
    // Rejection keeps the distribution exact.
    const quint64 limit = ~quint64(0) - (~quint64(0) % bound);
    quint64 value = next();
    while (value >= limit)
        value = next();
    return value % bound;
}

double Random::unit()
{
    return double(next() >> 11) * 0x1.0p-53;
}

QByteArray Random::bytes(int count)
{
    QByteArray out(count, Qt::Uninitialized);
    for (int i = 0; i < count; i += 8) {
        quint64 word = next();
        for (int j = i; j < count && j < i + 8; ++j, word >>= 8)
            out[j] = char(word & 0xff);
    }
    return out;
}

} // namespace dormouse
