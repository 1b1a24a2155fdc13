// SPDX-License-Identifier: Apache-2.0
#include "ui/theme.h"

#include <QApplication>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <array>
#include <cmath>

using namespace dormouse;

namespace {

using Linear = std::array<double, 3>;
using Matrix = std::array<std::array<double, 3>, 3>;

/// How the world looks without one kind of cone, for linear RGB: Machado, Oliveira and Fernandes 2009, severity 1.
struct Sight
{
    const char *name;
    Matrix matrix;
};
constexpr std::array<Sight, 4> kSights{{
    {"common", {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}},
    {"protanopia", {{{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}}},
    {"deuteranopia", {{{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}}},
    {"tritanopia", {{{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}}},
}};

Linear seen(const QColor &color, const Sight &sight)
{
    const auto linear = [](double part) { return part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4); };
    const Linear in{linear(color.redF()), linear(color.greenF()), linear(color.blueF())};
    Linear out{};
    for (size_t row = 0; row < 3; ++row) {
        for (size_t column = 0; column < 3; ++column)
            out[row] += sight.matrix[row][column] * in[column];
        out[row] = std::clamp(out[row], 0.0, 1.0);
    }
    return out;
}

double luminance(const Linear &c)
{
    return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
}

/// WCAG 2 contrast ratio.
double contrast(const Linear &a, const Linear &b)
{
    const double x = luminance(a), y = luminance(b);
    return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

struct Lab
{
    double l, a, b;
};

Lab lab(const Linear &c)
{
    const double x = 0.4124564 * c[0] + 0.3575761 * c[1] + 0.1804375 * c[2];
    const double y = 0.2126729 * c[0] + 0.7151522 * c[1] + 0.0721750 * c[2];
    const double z = 0.0193339 * c[0] + 0.1191920 * c[1] + 0.9503041 * c[2];
    const auto f = [](double t) { return t > 216.0 / 24389 ? std::cbrt(t) : (24389.0 / 27 * t + 16) / 116; };
    return {116 * f(y) - 16, 500 * (f(x / 0.95047) - f(y)), 200 * (f(y) - f(z / 1.08883))};
}

/// CIEDE2000.
double difference(const Lab &one, const Lab &two)
{
    constexpr double pi = 3.14159265358979323846;
    const auto radians = [](double degrees) { return degrees * pi / 180; };
    const auto seventh = [](double c) { return std::sqrt(std::pow(c, 7) / (std::pow(c, 7) + std::pow(25.0, 7))); };
    const double mean = (std::hypot(one.a, one.b) + std::hypot(two.a, two.b)) / 2;
    const double stretch = 1 + 0.5 * (1 - seventh(mean));
    const double c1 = std::hypot(one.a * stretch, one.b), c2 = std::hypot(two.a * stretch, two.b);
    const auto hue = [&](const Lab &c) {
        const double h = std::atan2(c.b, c.a * stretch) * 180 / pi;
        return h < 0 ? h + 360 : h;
    };
    const double h1 = hue(one), h2 = hue(two);
    const bool grey = c1 * c2 == 0;
    double dh = grey ? 0 : h2 - h1;
    if (dh > 180)
        dh -= 360;
    else if (dh < -180)
        dh += 360;
    double middle = h1 + h2;
    if (!grey)
        middle = std::abs(h1 - h2) <= 180 ? middle / 2 : middle < 360 ? (middle + 360) / 2 : (middle - 360) / 2;
    const double dl = two.l - one.l, dc = c2 - c1, dH = 2 * std::sqrt(c1 * c2) * std::sin(radians(dh / 2));
    const double l = (one.l + two.l) / 2 - 50, c = (c1 + c2) / 2;
    const double t = 1 - 0.17 * std::cos(radians(middle - 30)) + 0.24 * std::cos(radians(2 * middle))
        + 0.32 * std::cos(radians(3 * middle + 6)) - 0.20 * std::cos(radians(4 * middle - 63));
    const double turn = -std::sin(radians(60 * std::exp(-std::pow((middle - 275) / 25, 2)))) * 2 * seventh(c);
    const double sl = dl / (1 + 0.015 * l * l / std::sqrt(20 + l * l)), sc = dc / (1 + 0.045 * c), sh = dH / (1 + 0.015 * c * t);
    return std::sqrt(sl * sl + sc * sc + sh * sh + turn * sc * sh);
}

constexpr std::array kTones{Color::Good, Color::Asleep, Color::Waking, Color::Waiting, Color::Bad, Color::Ended, Color::Info};

} // namespace

/// The promise of ui/README.md about colours, as numbers (console.md row 92).
class TestTheme : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void formulaIsTheStandard();
    void systemIsFollowedUnlessOneIsChosen();
    void tonesDifferForEveryEye_data();
    void tonesDifferForEveryEye();
    void textCanBeRead_data();
    void textCanBeRead();
};

/// Pairs with their published differences.
void TestTheme::formulaIsTheStandard()
{
    QVERIFY(std::abs(difference({50, 2.6772, -79.7751}, {50, 0, -82.7485}) - 2.0425) < 1e-4);
    QVERIFY(std::abs(difference({50, 2.5, 0}, {73, 25, -18}) - 27.1492) < 1e-4);
    QVERIFY(std::abs(difference({2.0776, 0.0795, -1.1350}, {0.9033, -0.0636, -0.5514}) - 0.9082) < 1e-4);
}

void TestTheme::systemIsFollowedUnlessOneIsChosen()
{
    ThemeManager theme(*qApp);
    theme.setTheme({});
    QVERIFY(theme.followsSystem());
    const bool dark = theme.isDark();
    QSignalSpy changed(&theme, &ThemeManager::changed);
    theme.setSystemDark(!dark);
    QCOMPARE(theme.isDark(), !dark);
    QCOMPARE(changed.size(), 1);
    theme.readSystem(); // says what it said at the start: our own colours do not count
    QCOMPARE(theme.isDark(), dark);
    theme.setTheme(QStringLiteral("light"));
    changed.clear();
    theme.setSystemDark(true);
    theme.setSystemDark(false);
    theme.readSystem();
    QVERIFY(!theme.isDark() && !theme.followsSystem());
    QCOMPARE(changed.size(), 0);
    theme.toggle();
    QVERIFY(theme.isDark() && !theme.followsSystem());
}

void TestTheme::tonesDifferForEveryEye_data()
{
    QTest::addColumn<QString>("theme");
    QTest::addColumn<int>("sight");
    for (const char *theme : {"dark", "light"})
        for (size_t sight = 0; sight < kSights.size(); ++sight)
            QTest::addRow("%s-%s", theme, kSights[sight].name) << QString::fromLatin1(theme) << int(sight);
}

void TestTheme::tonesDifferForEveryEye()
{
    QFETCH(QString, theme);
    QFETCH(int, sight);
    const Sight &eye = kSights[size_t(sight)];
    ThemeManager themes(*qApp);
    themes.setTheme(theme);
    QCOMPARE(themes.name(), theme);
    for (size_t i = 0; i < kTones.size(); ++i) {
        const Linear tone = seen(themes.color(kTones[i]), eye);
        for (size_t k = i + 1; k < kTones.size(); ++k) {
            const double apart = difference(lab(tone), lab(seen(themes.color(kTones[k]), eye)));
            QVERIFY2(apart >= 11, qPrintable(QStringLiteral("tones %1 and %2: %3").arg(i).arg(k).arg(apart)));
        }
        for (const Color ground : {Color::Surface, Color::Raised, Color::Window, Color::Selection}) {
            const double ratio = contrast(tone, seen(themes.color(ground), eye));
            // As text for the common eye; as a shape that can be made out for every other, and on a chosen row.
            const double needed = sight == 0 && ground != Color::Selection ? 4.5 : 3.0;
            QVERIFY2(ratio >= needed, qPrintable(QStringLiteral("tone %1 on ground %2: %3").arg(i).arg(int(ground)).arg(ratio)));
        }
    }
}

void TestTheme::textCanBeRead_data()
{
    QTest::addColumn<QString>("theme");
    QTest::newRow("dark") << QStringLiteral("dark");
    QTest::newRow("light") << QStringLiteral("light");
}

void TestTheme::textCanBeRead()
{
    QFETCH(QString, theme);
    ThemeManager themes(*qApp);
    themes.setTheme(theme);
    const Sight &eye = kSights[0];
    for (const Color ground : {Color::Surface, Color::Raised, Color::Window, Color::Sunken, Color::Selection}) {
        const Linear under = seen(themes.color(ground), eye);
        QVERIFY(contrast(seen(themes.color(Color::Text), eye), under) >= 7);
        QVERIFY(contrast(seen(themes.color(Color::Muted), eye), under) >= 4.5);
        QVERIFY(contrast(seen(themes.color(Color::Faint), eye), under) >= (ground == Color::Selection ? 2.5 : 3.0)); // what is not there
    }
    QVERIFY(contrast(seen(themes.color(Color::Accent), eye), seen(themes.color(Color::AccentText), eye)) >= 4.5);
}

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"
