// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/clientconnector.h"
#include "ui/pages.h"

#include <deque>
#include <memory>

class QListWidget;
class QPlainTextEdit;
class QPushButton;

namespace dormouse {

class Composer;

/// The built-in WebSocket client (console.md rows 46, 47): several connections at once through the gateway, each with a
/// bounded transcript, and one that comes back by itself when that is wanted.
class ClientPanel final : public Page
{
    Q_OBJECT
public:
    /// connector may be nullptr: the panel then says that it cannot connect.
    ClientPanel(ClientConnector *connector, Session &session, const ThemeManager &theme, QWidget *parent = nullptr);
    ~ClientPanel() override;
    static QString urlFor(const QString &listenUrl, const QString &actorId);
    void takeOver(Page &old) override; ///< with all open connections

protected:
    void refresh() override;

private:
    static constexpr int kMaxLines = 1000;
    static constexpr int kMaxConnections = 32;
    static constexpr int kFirstRetryMs = 500, kLongestRetryMs = 15'000;
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
        QStringList protocols;
        enum class State { Connecting, Open, Waiting, Closed } state = State::Connecting; ///< Waiting: for the next try
        bool isOpen() const { return state != State::Closed; }
        bool reconnect = false;
        int failures = 0; ///< since it was last open
        std::deque<Line> lines;
        std::unique_ptr<ClientSocket> socket;
    };
    /// Outlives a panel that is built again; what the sockets report goes to the panel that has it now.
    struct Book
    {
        ClientPanel *panel = nullptr;
        std::vector<std::unique_ptr<Connection>> all;
        int next = 1;
    };
    void open();
    void connectNow(Connection &connection);
    void lost(int number, std::optional<quint16> code, const QString &detail);
    void send(const QByteArray &payload, bool binary);
    void retryLater(int number, int delayMs);
    void closeCurrent();
    void note(int number, const QString &mark, const QString &text);
    void showCurrent();
    void relist();
    void enable();
    Connection *current();
    Connection *find(int number);

    ClientConnector *m_connector;
    std::shared_ptr<Book> m_book = std::make_shared<Book>();
    QString m_suggested;
    QLineEdit *m_url, *m_protocols;
    Composer *m_composer;
    QCheckBox *m_again;
    QPushButton *m_connect, *m_close;
    QListWidget *m_list;
    QPlainTextEdit *m_transcript;
};

} // namespace dormouse
