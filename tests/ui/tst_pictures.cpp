// SPDX-License-Identifier: Apache-2.0
// Every view as a picture, with nothing, a little and very much to show, small and large, dark and light; and what can be
// said about a picture without looking at it: nothing is cut off, nothing needs a wider window.
// DORMOUSE_PICTURES=all takes every combination (./check --pictures), else those that are quick.
#include "tests/ui/syntheticsource.h"
#include "ui/dialogs.h"
#include "ui/filterbar.h"
#include "ui/helpdialog.h"
#include "ui/language.h"
#include "ui/mainwindow.h"
#include "ui/pages.h"
#include "ui/tableview.h"

#include <QAbstractButton>
#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QDockWidget>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPixmap>
#include <QScrollArea>
#include <QScrollBar>
#include <QTabBar>
#include <QTest>

#include <algorithm>
#include <map>
#include <memory>

using namespace dormouse;
using namespace dormouse::monitor;

namespace {

const QSize kSmall(1280, 800), kLarge(2560, 1440);

bool all()
{
    return qEnvironmentVariable("DORMOUSE_PICTURES") == QStringLiteral("all");
}

QString nameOf(const QWidget &widget)
{
    QString name = QString::fromLatin1(widget.metaObject()->className());
    for (const QString &part : {widget.objectName(), widget.accessibleName()})
        if (!part.isEmpty())
            name += u' ' + part;
    return name;
}

/// The part of the scroll area that shows the widget; nullptr when none does.
const QScrollArea *scrollAreaOf(const QWidget &widget)
{
    for (const QWidget *parent = widget.parentWidget(); parent; parent = parent->parentWidget())
        if (const auto *area = qobject_cast<const QScrollArea *>(parent))
            return area;
    return nullptr;
}

bool isInside(const QWidget &widget, const char *className)
{
    for (const QObject *parent = widget.parent(); parent; parent = parent->parent())
        if (parent->inherits(className))
            return true;
    return false;
}

/// Columns that are sorted need room for an arrow too.
int titleWidth(const QHeaderView &header, int section)
{
    if (header.isSortIndicatorShown() && header.sortIndicatorSection() == section)
        return header.sectionSizeHint(section);
    QFont font = header.font();
    font.setWeight(QFont::DemiBold);
    return QFontMetrics(font).horizontalAdvance(header.model()->headerData(section, Qt::Horizontal).toString()) + 16;
}

/// What does not fit: controls and texts cut at a side, heads of columns cut, pages that scroll sideways.
QStringList misfits(QWidget &window)
{
    QStringList found;
    QCoreApplication::sendPostedEvents(nullptr, QEvent::LayoutRequest); // a clock may just have changed a text
    const auto children = window.findChildren<QWidget *>();
    for (QWidget *widget : children) {
        if (!widget->isVisible() || widget->visibleRegion().isEmpty())
            continue;
        const auto *button = qobject_cast<QAbstractButton *>(widget);
        const auto *label = qobject_cast<QLabel *>(widget);
        const auto *combo = qobject_cast<QComboBox *>(widget);
        if (const auto *area = qobject_cast<QScrollArea *>(widget); area && area->horizontalScrollBar()->maximum() > 0)
            found.append(nameOf(*widget) + QStringLiteral(" scrolls sideways"));
        if (const auto *header = qobject_cast<QHeaderView *>(widget); header && header->orientation() == Qt::Horizontal) {
            for (int section = 0; section < header->count(); ++section)
                if (const int needed = titleWidth(*header, section); !header->isSectionHidden(section) && header->sectionSize(section) < needed)
                    found.append(nameOf(*widget->parentWidget()) + QStringLiteral(": head of column %1 is cut: %2 of %3")
                                     .arg(header->model()->headerData(section, Qt::Horizontal).toString())
                                     .arg(header->sectionSize(section))
                                     .arg(needed));
        }
        if (!button && !label && !combo)
            continue;
        if (isInside(*widget, "QHeaderView") || isInside(*widget, "QTabBar") || isInside(*widget, "QLineEdit") || widget->inherits("QTableCornerButton"))
            continue;
        const QRect seen = widget->visibleRegion().boundingRect();
        const bool scrolls = scrollAreaOf(*widget);
        if (seen.width() < widget->width() || (!scrolls && seen.height() < widget->height()))
            found.append(QStringLiteral("%1 is cut: %2x%3 of %4x%5").arg(nameOf(*widget)).arg(seen.width()).arg(seen.height())
                             .arg(widget->width()).arg(widget->height()));
        // A label that may be narrower than its text says so with its policy and has the whole in its tool tip.
        const bool mayShrink = widget->sizePolicy().horizontalPolicy() == QSizePolicy::Ignored || (label && label->wordWrap());
        const int needed = label ? label->sizeHint().width() : widget->minimumSizeHint().width();
        if (!mayShrink && widget->width() < needed)
            found.append(QStringLiteral("%1 is too narrow: %2 of %3 %4").arg(nameOf(*widget)).arg(widget->width()).arg(needed)
                             .arg(label ? label->text().left(40) : QString()));
    }
    return found;
}

} // namespace

class TestPictures : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void pictures_data();
    void pictures();
    void fitsASmallScreen_data();
    void fitsASmallScreen();
    void moments_data();
    void moments();

private:
    SyntheticSource &source(const QString &data);
    std::map<QString, std::unique_ptr<SyntheticSource>> m_sources; ///< a hundred thousand rows are made once
};

SyntheticSource &TestPictures::source(const QString &data)
{
    std::unique_ptr<SyntheticSource> &source = m_sources[data];
    if (!source)
        source = data == u"busy" ? std::make_unique<SyntheticSource>(100'000, 20'000)
                                 : std::make_unique<SyntheticSource>(data == u"demo" ? 120 : 0);
    return *source;
}

void TestPictures::pictures_data()
{
    QTest::addColumn<QString>("data");
    QTest::addColumn<QString>("theme");
    QTest::addColumn<QSize>("size");
    for (const QString &data : {QStringLiteral("empty"), QStringLiteral("demo"), QStringLiteral("busy")})
        for (const QString &theme : {QStringLiteral("dark"), QStringLiteral("light")})
            for (const QSize &size : {kSmall, kLarge}) {
                const bool quick = data == u"demo" ? size == kSmall : theme == u"dark" && size == (data == u"busy" ? kLarge : kSmall);
                if (quick || all())
                    QTest::addRow("%s %s %d", qPrintable(data), qPrintable(theme), size.width()) << data << theme << size;
            }
}

void TestPictures::pictures()
{
    QFETCH(QString, data);
    QFETCH(QString, theme);
    QFETCH(QSize, size);
    ThemeManager manager(*qApp);
    manager.setTheme(theme);
    SyntheticSource &from = source(data);
    MainWindow window(manager, nullptr, nullptr);
    window.resize(size);
    window.setSource(&from);
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    from.start();
    QTRY_COMPARE_WITH_TIMEOUT(window.session().connections().liveCount(), int(from.connections.size()), 60'000);
    for (int i = 0; i < 30; ++i)
        data == u"busy" ? from.stepBusy(1000, 500) : from.step();
    const auto with = std::find_if(from.connections.begin(), from.connections.end(),
                                   [](const ConnectionInfo &c) { return c.pendingMessages.value_or(0) > 10; });
    if (with != from.connections.end())
        window.session().selectConnection(with->connectionId);

    const QDir folder(QStringLiteral(DORMOUSE_PICTURES));
    QVERIFY(folder.mkpath(QStringLiteral(".")));
    QStringList wrong;
    const QStringList views = window.views();
    for (const QString &view : views) {
        window.showView(view);
        from.step();
        Q_EMIT window.session().secondPassed();
        for (int i = 0; i < 3; ++i) // a layout leads to another
            QCoreApplication::processEvents();
        const QPixmap picture = window.grab();
        QCOMPARE(picture.size(), size);
        QVERIFY(picture.save(folder.filePath(QStringLiteral("%1-%2-%3-%4.png").arg(data, view, theme).arg(size.width()))));
        const QStringList bad = misfits(window);
        for (const QString &one : bad)
            if (const QString line = QString(view % u": " % one); !wrong.contains(line))
                wrong.append(line);
    }
    window.setSource(nullptr);
    for (const QString &line : std::as_const(wrong))
        qWarning("%s", qPrintable(line));
    QVERIFY2(wrong.isEmpty(), "see the warnings above");
}

void TestPictures::fitsASmallScreen_data()
{
    QTest::addColumn<int>("textSize");
    QTest::addColumn<QString>("language");
    for (const int textSize : {100, 150, 200})
        for (const QString &language : LanguageManager::codes())
            QTest::addRow("%d %s", textSize, qPrintable(language)) << textSize << language;
}

void TestPictures::fitsASmallScreen()
{
    QFETCH(int, textSize);
    QFETCH(QString, language);
    LanguageManager languages;
    languages.setLanguage(language);
    ThemeManager manager(*qApp);
    manager.setTheme(QStringLiteral("dark"));
    manager.setTextSize(textSize);
    SyntheticSource &from = source(QStringLiteral("demo"));
    MainWindow window(manager, nullptr, nullptr);
    window.setSource(&from);
    window.show();
    from.start();
    window.session().selectConnection(from.connections.at(5).connectionId);
    const QDir folder(QStringLiteral(DORMOUSE_PICTURES));
    QVERIFY(folder.mkpath(QStringLiteral(".")));
    QStringList wrong;
    const QStringList views = window.views();
    for (const QString &view : views) {
        window.showView(view);
        window.resize(kSmall);
        for (int i = 0; i < 3; ++i)
            QCoreApplication::processEvents();
        const QSize least = window.minimumSizeHint();
        if (window.size() != kSmall || least.width() > kSmall.width() || least.height() > kSmall.height())
            wrong.append(QStringLiteral("%1: the window is %2x%3 and wants %4x%5").arg(view).arg(window.width()).arg(window.height())
                             .arg(least.width()).arg(least.height()));
        const QStringList bad = misfits(window);
        for (const QString &one : bad)
            if (const QString line = QString(view % u": " % one); !wrong.contains(line))
                wrong.append(line);
        if (all() || view == u"overview" || view == u"actors")
            window.grab().save(folder.filePath(QStringLiteral("%1-%2-%3.png").arg(view, language).arg(textSize)));
    }
    window.setSource(nullptr);
    manager.setTextSize(100);
    languages.setLanguage(QStringLiteral("en"));
    for (const QString &line : std::as_const(wrong))
        qWarning("%s", qPrintable(line));
    QVERIFY2(wrong.isEmpty(), "see the warnings above");
}

void TestPictures::moments_data()
{
    QTest::addColumn<QString>("theme");
    QTest::addColumn<QString>("language");
    QTest::newRow("dark") << QStringLiteral("dark") << QStringLiteral("en");
    QTest::newRow("light, German") << QStringLiteral("light") << QStringLiteral("de");
    QTest::newRow("dark, Japanese") << QStringLiteral("dark") << QStringLiteral("ja");
}

/// What the views look like only now and then: filtered, with a menu or a dialog open, without a link.
void TestPictures::moments()
{
    QFETCH(QString, theme);
    QFETCH(QString, language);
    LanguageManager languages;
    languages.setLanguage(language);
    ThemeManager manager(*qApp);
    manager.setTheme(theme);
    SyntheticSource from(120);
    MainWindow window(manager, nullptr, nullptr);
    window.setSource(&from);
    window.show();
    window.resize(kSmall);
    from.start();
    for (int i = 0; i < 8; ++i)
        from.step();
    window.session().selectConnection(from.connections.at(5).connectionId);
    const QDir folder(QStringLiteral(DORMOUSE_PICTURES));
    QVERIFY(folder.mkpath(QStringLiteral(".")));
    QStringList wrong;
    const auto take = [&](const QString &name, QWidget &what) {
        for (int i = 0; i < 3; ++i)
            QCoreApplication::processEvents();
        QVERIFY(what.grab().save(folder.filePath(QStringLiteral("moment-%1-%2.png").arg(name, language))));
        const QStringList bad = misfits(what);
        for (const QString &one : bad)
            wrong.append(QString(name % u": " % one));
    };
    // Menus are painted without being opened: an open one would wait for a person.
    const auto menus = [&](const QString &view, QWidget &of) {
        int n = 0;
        const auto all = of.findChildren<QMenu *>();
        for (QMenu *menu : all) {
            Q_EMIT menu->aboutToShow();
            menu->resize(menu->sizeHint());
            take(QStringLiteral("%1-menu%2").arg(view).arg(n++), *menu);
        }
    };
    window.showView(QStringLiteral("connections"));
    window.setFilter(QStringLiteral("state:hibernating"));
    window.setFilter(QStringLiteral("time:15m"));
    window.setFilter(QStringLiteral("~web"));
    from.step();
    take(QStringLiteral("filtered"), window);
    menus(QStringLiteral("filter"), *window.findChild<FilterBar *>());
    menus(QStringLiteral("connections"), *window.findChild<QDockWidget *>(QStringLiteral("connections")));
    window.showView(QStringLiteral("settings"));
    menus(QStringLiteral("settings"), *window.findChild<QDockWidget *>(QStringLiteral("settings")));
    TimeRangeDialog dialog({from.now() - 900'000, from.now()});
    dialog.resize(dialog.sizeHint());
    dialog.show();
    take(QStringLiteral("times"), dialog);
    dialog.hide();
    window.findChild<QLineEdit *>(QStringLiteral("filter"))->clear();
    window.showView(QStringLiteral("actors"));
    for (const HelpDialog::Part part : {HelpDialog::Part::View, HelpDialog::Part::Filter, HelpDialog::Part::Keys}) {
        window.showHelp(part);
        auto *help = window.findChildren<HelpDialog *>(QString(), Qt::FindDirectChildrenOnly).constLast();
        take(QStringLiteral("help%1").arg(int(part)), *help);
        delete help;
    }
    from.setLink(LinkState::Stale);
    for (const QString &view : {QStringLiteral("overview"), QStringLiteral("actors"), QStringLiteral("latency")}) {
        window.showView(view);
        take(QStringLiteral("stale-%1").arg(view), window);
    }
    window.setSource(nullptr);
    languages.setLanguage(QStringLiteral("en"));
    for (const QString &line : std::as_const(wrong))
        qWarning("%s", qPrintable(line));
    QVERIFY2(wrong.isEmpty(), "see the warnings above");
}

QTEST_MAIN(TestPictures)
#include "tst_pictures.moc"
