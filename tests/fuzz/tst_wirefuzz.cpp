// SPDX-License-Identifier: Apache-2.0
#include "engine/base/random.h"
#include "engine/wire/protocol.h"
#include "tests/fuzz/corpus.h"
#include "tests/fuzz/wirecheck.h"
#include "tests/wire/vectors.h"

#include <QElapsedTimer>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace dormouse;
using namespace dormouse::wire;
using namespace dormouse::wire::test;

namespace {

constexpr int kLargestSeedBytes = 400; // larger seeds hold long runs of payload, where edits change nothing

struct Seed
{
    int version;
    Root root;
    QByteArray bytes;
};

std::vector<Seed> loadSeeds()
{
    std::vector<Seed> seeds;
    std::vector<Vector> vectors = loadVectors();
    const std::vector<Vector> malformed = loadMalformed();
    vectors.insert(vectors.end(), malformed.begin(), malformed.end());
    for (const Vector &vector : vectors) {
        if (vector.bytes.size() > kLargestSeedBytes || !(vector.root == u"ToServer" || vector.root == u"ToClient"))
            continue;
        seeds.push_back({vector.version, vector.root == u"ToServer" ? Root::RunnerToEngine : Root::EngineToRunner, vector.bytes});
    }
    return seeds;
}

void mutate(QByteArray &bytes, const std::vector<Seed> &seeds, Random &random)
{
    const auto somewhere = [&] { return qsizetype(random.below(quint64(bytes.size()) + 1)); };
    switch (random.below(7)) {
    case 0: // one bit
        if (!bytes.isEmpty())
            bytes[qsizetype(random.below(quint64(bytes.size())))] ^= char(1 << random.below(8));
        break;
    case 1: // one byte
        if (!bytes.isEmpty())
            bytes[qsizetype(random.below(quint64(bytes.size())))] = char(random.next32());
        break;
    case 2: // small number, the usual value of tags, lengths and presence bytes
        if (!bytes.isEmpty())
            bytes[qsizetype(random.below(quint64(bytes.size())))] = char(random.below(9));
        break;
    case 3:
        bytes.insert(somewhere(), random.bytes(int(1 + random.below(6))));
        break;
    case 4:
        bytes.remove(somewhere(), qsizetype(1 + random.below(6)));
        break;
    case 5: { // a piece of another message
        const QByteArray &other = seeds[std::size_t(random.below(seeds.size()))].bytes;
        bytes = bytes.first(somewhere()) + other.mid(qsizetype(random.below(quint64(other.size()) + 1)));
        break;
    }
    default: { // a length in a form or of a size that decoders disagree about
        static const std::array<QByteArray, 5> kLengths
            = {QByteArray::fromHex("8000"), QByteArray::fromHex("ffffffff0f"),
               QByteArray::fromHex("ffffffffffffffffff01"), QByteArray::fromHex("81808080808080808000"),
               QByteArray::fromHex("ffffffffffffffffff7f")};
        bytes.replace(somewhere(), 1, kLengths[std::size_t(random.below(kLengths.size()))]);
        break;
    }
    }
}

} // namespace

class TestWireFuzz : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void seedsHold();
    void corpusHolds();
    void mutantsHold();
};

void TestWireFuzz::seedsHold()
{
    const std::vector<Seed> seeds = loadSeeds();
    QVERIFY(seeds.size() > 300);
    for (const Seed &seed : seeds) {
        for (int version = kOldestVersion; version <= kNewestVersion; ++version) {
            const QString broken = checkWireInput(version, seed.root, seed.bytes);
            QVERIFY2(broken.isEmpty(), qPrintable(broken + u' ' + QString::fromLatin1(seed.bytes.toHex())));
        }
    }
}

/// What earlier runs of the fuzzer found interesting, and what it found wrong.
void TestWireFuzz::corpusHolds()
{
    const std::vector<QByteArray> inputs = fuzz::corpus("wire");
    QVERIFY(inputs.size() >= 20);
    for (const QByteArray &input : inputs)
        checkWireBytes(input);
}

void TestWireFuzz::mutantsHold()
{
    // The sequence is fixed by the seed; only its length depends on the machine. DORMOUSE_FUZZ_SEED and
    // DORMOUSE_FUZZ_MS run another or a longer one.
    bool given = false;
    const int wantedSeed = qEnvironmentVariableIntValue("DORMOUSE_FUZZ_SEED", &given);
    const quint64 start = given ? quint64(wantedSeed) : 7'211;
    const int wantedMs = qEnvironmentVariableIntValue("DORMOUSE_FUZZ_MS", &given);
    const qint64 budgetMs = given ? wantedMs : 2000;

    const std::vector<Seed> seeds = loadSeeds();
    Random random(start);
    QElapsedTimer elapsed;
    elapsed.start();
    constexpr int kAtLeast = 5000;
    int rounds = 0;
    while (rounds < kAtLeast || elapsed.elapsed() < budgetMs) {
        const Seed &seed = seeds[std::size_t(random.below(seeds.size()))];
        const int version = random.below(8) == 0 ? int(1 + random.below(7)) : seed.version;
        QByteArray mutant = seed.bytes;
        for (quint64 edits = 1 + random.below(4); edits > 0; --edits)
            mutate(mutant, seeds, random);
        const QString broken = checkWireInput(version, seed.root, mutant);
        if (!broken.isEmpty()) {
            QFAIL(qPrintable(u"%1: version %2, %3, seed %4, round %5: %6"_s.arg(broken)
                                 .arg(version)
                                 .arg(seed.root == Root::RunnerToEngine ? u"ToServer"_s : u"ToClient"_s)
                                 .arg(start)
                                 .arg(rounds)
                                 .arg(QString::fromLatin1(mutant.toHex()))));
        }
        ++rounds;
    }
    qInfo("%d mutants, seed %llu", rounds, start);
}

QTEST_GUILESS_MAIN(TestWireFuzz)
#include "tst_wirefuzz.moc"
