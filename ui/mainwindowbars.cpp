// SPDX-License-Identifier: Apache-2.0
#include "ui/mainwindow.h"

#include "models/format.h"
#include "ui/filterbar.h"
#include "ui/linklook.h"
#include "ui/tearoff.h"

#include <QAction>
#include <QDockWidget>
#include <QLabel>
#include <QLineEdit>
#include <QSlider>
#include <QStatusBar>
#include <QTabBar>
#include <QToolBar>
#include <QToolButton>

namespace dormouse {

namespace {

constexpr int kTabPadding = 38; // of a tab with an icon, by the style sheet

} // namespace

void MainWindow::makeToolBar()
{
    auto *bar = new QToolBar(tr("Tools"), this);
    bar->setObjectName(QStringLiteral("tools"));
    bar->setAccessibleName(tr("Tools"));
    bar->setMovable(false);
    bar->setIconSize({m_theme.px(16), m_theme.px(16)});
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    addToolBar(bar);
    m_brandIcon = new QLabel(bar);
    m_brandIcon->setAccessibleName(tr("Dormouse"));
    m_brandIcon->setContentsMargins(4, 0, 8, 0);
    bar->addWidget(m_brandIcon);
    m_filterBar = new FilterBar(session(), m_theme, m_settings, bar);
    m_filter = m_filterBar->field();
    bar->addWidget(m_filterBar);
    bar->addAction(action(QStringLiteral("palette")));
    bar->addSeparator();
    bar->addAction(action(QStringLiteral("create")));
    for (const char *name : {"wake", "sleep", "destroy", "close"})
        bar->addAction(action(QString::fromLatin1(name)));
    bar->addSeparator();
    bar->addAction(action(QStringLiteral("pause")));
    bar->addAction(action(QStringLiteral("theme")));
    const auto buttons = bar->findChildren<QToolButton *>();
    for (QToolButton *button : buttons) {
        if (!button->accessibleName().isEmpty())
            continue;
        if (!button->defaultAction()) {
            button->setAccessibleName(tr("More tools"));
            continue;
        }
        button->setAccessibleName(button->defaultAction()->text());
        const QString name = button->defaultAction()->objectName();
        if (name != QStringLiteral("create") && name != QStringLiteral("palette") && name != QStringLiteral("pause"))
            button->setToolButtonStyle(Qt::ToolButtonIconOnly);
    }

    addToolBarBreak();
    auto *chips = new QToolBar(tr("Terms of the filter"), this);
    chips->setObjectName(QStringLiteral("chips"));
    chips->setMovable(false);
    chips->setAccessibleName(tr("Terms of the filter"));
    QAction *terms = chips->addWidget(m_filterBar->chips());
    addToolBar(chips);
    chips->hide();
    connect(m_filter, &QLineEdit::textChanged, chips, [chips, terms](const QString &text) {
        terms->setVisible(!text.trimmed().isEmpty());
        chips->setVisible(!text.trimmed().isEmpty());
    });

    addToolBarBreak();
    auto *banner = new QToolBar(tr("Problem"), this);
    banner->setObjectName(QStringLiteral("problem"));
    banner->setMovable(false);
    banner->setAccessibleName(tr("Problem"));
    m_problem = new QLabel(banner);
    m_problem->setProperty("role", QStringLiteral("banner"));
    m_problem->setWordWrap(true);
    m_problem->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    m_problem->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_problem->setAccessibleName(tr("No problem"));
    m_problem->setMaximumHeight(m_theme.px(52)); // a wrapping label in a tool bar asks for far more than its two lines
    banner->addWidget(m_problem);
    addToolBar(banner);
    banner->hide();
}

void MainWindow::makePlayback()
{
    addToolBarBreak();
    auto *bar = new QToolBar(tr("Recording"), this);
    bar->setObjectName(QStringLiteral("playback"));
    bar->setMovable(false);
    bar->setAccessibleName(tr("Recording"));
    auto *play = addAction(QStringLiteral("play"), m_playing ? tr("Stop") : tr("Play"), QStringLiteral("play"), QKeySequence(QStringLiteral("Ctrl+P")), [this] {
        m_playing = !m_playing;
        if (monitor::Source *source = session().source())
            source->setPlaying(m_playing, 1.0);
        action(QStringLiteral("play"))->setText(m_playing ? tr("Stop") : tr("Play"));
    });
    bar->addAction(play);
    m_seek = new QSlider(Qt::Horizontal, bar);
    m_seek->setRange(0, 10'000);
    m_seek->setAccessibleName(tr("Moment of the recording"));
    bar->addWidget(m_seek);
    m_time = new QLabel(bar);
    m_time->setMinimumWidth(m_theme.px(200));
    m_time->setAlignment(Qt::AlignCenter);
    bar->addWidget(m_time);
    connect(m_seek, &QSlider::valueChanged, this, [this](int value) {
        monitor::Source *source = session().source();
        if (!source || !source->capabilities().seekable)
            return;
        const qint64 first = source->firstTs();
        source->seek(first + (source->lastTs() - first) * value / 10'000);
    });
    addToolBar(bar);
    const auto buttons = bar->findChildren<QToolButton *>();
    for (QToolButton *button : buttons)
        button->setAccessibleName(button->defaultAction() ? button->defaultAction()->text() : tr("More tools"));
    m_playback = bar;
    bar->hide();
}

void MainWindow::makeStatus()
{
    statusBar()->setAccessibleName(tr("Status"));
    statusBar()->setSizeGripEnabled(false);
    m_linkIcon = new QLabel(this);
    m_linkIcon->setAccessibleName(tr("Link"));
    m_link = new QLabel(this);
    m_note = new QLabel(this);
    m_note->setAccessibleName(tr("Last outcome"));
    m_rate = new QLabel(this);
    m_cost = new QLabel(this);
    for (QLabel *text : {m_link, m_note, m_rate, m_cost})
        text->setMinimumWidth(1); // a long text does not make the window wider
    statusBar()->addWidget(m_linkIcon);
    statusBar()->addWidget(m_link);
    statusBar()->addWidget(m_note, 1);
    statusBar()->addPermanentWidget(m_rate);
    statusBar()->addPermanentWidget(m_cost);
}

void MainWindow::showPosition()
{
    const monitor::Source *source = session().source();
    if (!source || !source->capabilities().seekable)
        return;
    const qint64 now = session().actors().now();
    const qint64 span = std::max<qint64>(1, source->lastTs() - source->firstTs());
    const qint64 passed = std::clamp<qint64>(now - source->firstTs(), 0, span);
    m_time->setText(tr("%1   %2 of %3").arg(timeText(now), durationText(double(passed)), durationText(double(span))));
    if (m_seek->isSliderDown())
        return;
    m_seek->blockSignals(true);
    m_seek->setValue(int(passed * 10'000 / span));
    m_seek->blockSignals(false);
}

void MainWindow::showPlayback()
{
    const bool seekable = session().source() && session().source()->capabilities().seekable;
    m_playback->setVisible(seekable);
    action(QStringLiteral("play"))->setEnabled(seekable);
    showPosition();
}

void MainWindow::showProblem(const QString &text, const monitor::Source *source)
{
    ViewSet *of = &front();
    for (const auto &tab : m_tabs)
        if (source && tab->session().source() == source)
            of = tab.get();
    of->problem = text;
    if (of != &front())
        return;
    m_problem->setText(text);
    m_problem->setAccessibleName(text.isEmpty() ? tr("No problem") : text);
    m_problem->parentWidget()->setVisible(!text.isEmpty());
}

void MainWindow::updateStatus()
{
    const LinkLook look = linkLook(session());
    m_link->setText(look.text);
    m_link->setToolTip(look.text);
    m_linkIcon->setPixmap(m_theme.pixmap(look.icon, m_theme.color(look.tone), m_theme.px(14), devicePixelRatioF()));
    fillTabBar();
    const ClusterModel &cluster = session().cluster();
    m_rate->setText(tr("%1 events/s").arg(cluster.text(ClusterModel::EventRate)));
    m_cost->setText(tr("%1 dropped   %2 held   frame %3 ms")
                        .arg(cluster.text(ClusterModel::EventsDropped), cluster.text(ClusterModel::MonitorBytes),
                             QString::number(session().frameMs(), 'f', 1)));
    m_cost->setToolTip(tr("What watching costs: events lost, memory held by the engine for this view, time to apply the last frame"));
    dressTabs();
}

/// Names, icons and tearing off. The tab bars of tabbed docks are made by Qt at any time.
void MainWindow::dressTabs()
{
    const auto bars = findChildren<QTabBar *>(QString(), Qt::FindDirectChildrenOnly);
    for (QTabBar *bar : bars) {
        if (!TearOff::isOn(*bar))
            new TearOff(bar, [this, bar](int tab) {
                for (QDockWidget *dock : std::as_const(m_docks))
                    if (dock->windowTitle() == bar->tabText(tab))
                        return dock;
                return static_cast<QDockWidget *>(nullptr);
            });
        bar->setAccessibleName(tr("Views"));
        bar->setIconSize({m_theme.px(16), m_theme.px(16)});
        bar->setExpanding(false);
        bar->setDrawBase(false);
        bar->setElideMode(Qt::ElideNone); // names are whole, arrows lead to those that do not fit
        // Words matter more: icons only where they do not push a name out of sight.
        int needed = 0;
        for (int tab = 0; tab < bar->count(); ++tab)
            needed += bar->fontMetrics().horizontalAdvance(bar->tabText(tab)) + m_theme.px(16) + kTabPadding;
        for (int tab = 0; tab < bar->count(); ++tab) {
            for (const QString &name : std::as_const(m_order))
                if (m_docks.value(name)->windowTitle() == bar->tabText(tab))
                    bar->setTabIcon(tab, needed <= bar->width() ? m_theme.icon(m_icons.value(name)) : QIcon());
        }
    }
}

void MainWindow::retint()
{
    for (auto it = m_actions.cbegin(); it != m_actions.cend(); ++it)
        if (m_icons.contains(it.key()))
            it.value()->setIcon(m_theme.icon(m_icons.value(it.key())));
    m_brandIcon->setPixmap(m_theme.pixmap(QStringLiteral("dormouse"), m_theme.color(Color::Accent), m_theme.px(24), devicePixelRatioF()));
    setWindowIcon(QIcon(m_theme.pixmap(QStringLiteral("dormouse"), m_theme.color(Color::Accent), 64, 1)));
    updateStatus();
}

} // namespace dormouse
