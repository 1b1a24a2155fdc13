// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/wirelog.h"
#include "ui/pages.h"

class QComboBox;
class QPlainTextEdit;
class QSpinBox;
class QTreeWidget;
class QTreeWidgetItem;

namespace dormouse {

/// The messages between the engine and one runner, field by field (console.md row 56): a list, the tree of the chosen one,
/// and its bytes; choosing a field marks its bytes and the other way round. Listens only while it is on screen. Bytes can
/// be typed in as well, without any engine.
class WirePage final : public Page
{
    Q_OBJECT
public:
    WirePage(Session &session, const ThemeManager &theme, QWidget *parent = nullptr);
    void takeOver(Page &old) override;

protected:
    void refresh() override;

private:
    static constexpr int kBytesPerLine = 8;
    static constexpr int kAskMs = 400;
    void ask();
    void list();
    void showMessage();
    void addNode(const wire::FieldNode &node, QTreeWidgetItem *parent);
    void markField();
    void chooseByte();
    void typed();
    QString wantedRunner() const;

    WireLog m_log;
    wire::FieldNode m_tree;
    quint64 m_shown = 0;  ///< number of the message in tree and bytes; 0 = none
    quint64 m_listed = 0; ///< the newest number that is in the table
    int m_epoch = 0; ///< of what is listed
    std::optional<quint64> m_askedAfter; ///< frames that the session had applied when it was asked for this runner
    bool m_asking = false, m_linking = false, m_later = false;
    QElapsedTimer m_sinceAsked;
    QLabel *m_about, *m_note;
    QCheckBox *m_follow;
    FactTable *m_table;
    QTreeWidget *m_fields;
    QPlainTextEdit *m_bytes;
    QLineEdit *m_hex;
    QComboBox *m_direction;
    QSpinBox *m_version;
};

} // namespace dormouse
