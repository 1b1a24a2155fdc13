// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/clientconnector.h"
#include "ui/pages.h"

#include <deque>

class QListWidget;
class QPlainTextEdit;
class QPushButton;

namespace dormouse {

/// The built-in WebSocket client (console.md rows 46, 47): several connections at once through the gateway, each with a
/// bounded transcript.
class ClientPanel final : public Page
{
    Q_OBJECT
public:
    /// connector may be nullptr: the panel then says that it cannot connect.
    ClientPanel(ClientConnector *connector, Session &session, const ThemeManager &theme, QWidget *parent = nullptr);
    ~ClientPanel() override;
    static QString urlFor(const QString &listenUrl, const QString &actorId);

protected:
    void refresh() override;

private:
    static constexpr int kMaxLines = 1000;
    static constexpr int kMaxConnections = 32;
    struct Line
    {
        qint64 ts;
        QString mark;
        QString text;
    };
    struct Connection
    {
        int number = 0;
        QString url;
        QString state;
        bool open = false;
        std::deque<Line> lines;
        std::unique_ptr<ClientSocket> socket;
    };
    void open();
    void send();
    void closeCurrent();
    void note(int number, const QString &mark, const QString &text);
    void showCurrent();
    void relist();
    Connection *current();
    Connection *find(int number);

    ClientConnector *m_connector;
    std::vector<std::unique_ptr<Connection>> m_all;
    int m_next = 1;
    QString m_suggested;
    QLineEdit *m_url, *m_protocols, *m_input;
    QCheckBox *m_hex;
    QPushButton *m_connect, *m_send, *m_close;
    QListWidget *m_list;
    QPlainTextEdit *m_transcript;
};

} // namespace dormouse
