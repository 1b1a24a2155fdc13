// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme.h"

#include <QStringList>
#include <QTimer>
#include <QWidget>

#include <optional>

class QComboBox;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace dormouse {

/// Where messages are written (console.md row 46): as text, as bytes in hex, or as JSON that travels as CBOR; once, or n
/// times at a rate. "{n}" in text and JSON stands for the number of the message, from 1. Up and Down bring back earlier
/// ones. Thread: the UI thread.
class Composer final : public QWidget
{
    Q_OBJECT
public:
    enum class Form { Text, Hex, Cbor };
    static constexpr int kMaxHistory = 100;
    static constexpr int kMostRepeats = 100'000;
    static constexpr int kMostPerSecond = 1'000;

    struct Payload
    {
        QByteArray bytes;
        bool binary = false;
    };

    explicit Composer(const ThemeManager &theme, QWidget *parent = nullptr);
    /// Nothing for what cannot be read in that form; *problem then says why, for people.
    static std::optional<Payload> payloadOf(const QString &typed, Form form, int number, QString *problem = nullptr);
    /// Off: there is nobody to send to; what is under way ends.
    void setPossible(bool on);
    bool isPossible() const { return m_possible; }
    bool isRepeating() const { return m_left > 0; }
    void stop();
    void takeOver(const Composer &old); ///< what was sent earlier
    QLineEdit *input() const { return m_input; }

Q_SIGNALS:
    void sendWanted(const QByteArray &payload, bool binary);

protected:
    bool eventFilter(QObject *object, QEvent *event) override;

private:
    void start();
    void sendSome();
    void check();
    void enable();
    void browse(int step);

    QComboBox *m_form;
    QLineEdit *m_input;
    QSpinBox *m_times, *m_rate;
    QPushButton *m_send;
    QTimer m_timer;
    QStringList m_history; ///< oldest first
    int m_at = 0;          ///< place in the history; its size = the line being written
    QString m_draft;
    QString m_repeated;
    int m_left = 0;
    int m_number = 0;
    bool m_possible = false;
};

} // namespace dormouse
