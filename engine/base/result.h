// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QString>

#include <optional>
#include <utility>
#include <variant>

namespace dormouse {

/// A coded error: "group.code" as clients see it (http-api.md section 2), a text for people, and metadata.
struct Error
{
    QByteArray group;
    QByteArray code;
    QString message;
    QJsonObject metadata;

    QByteArray fullCode() const { return group + '.' + code; }
    static Error make(const QByteArray &group, const QByteArray &code, const QString &message,
                      const QJsonObject &metadata = {})
    {
        return Error{group, code, message, metadata};
    }
};

/// A value or an Error. Minimal stand-in for std::expected, which GCC 12 lacks in C++20 mode.
template<typename T>
class Result
{
public:
    Result(T value) : m_data(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : m_data(std::in_place_index<1>, std::move(error)) {}

    bool ok() const { return m_data.index() == 0; }
    explicit operator bool() const { return ok(); }
    T &value() { return std::get<0>(m_data); }
    const T &value() const { return std::get<0>(m_data); }
    T &operator*() { return value(); }
    const T &operator*() const { return value(); }
    T *operator->() { return &value(); }
    const T *operator->() const { return &value(); }
    const Error &error() const { return std::get<1>(m_data); }

private:
    std::variant<T, Error> m_data;
};

struct Nothing
{
};
using Status = Result<Nothing>;
inline Status okStatus()
{
    return Status(Nothing{});
}

} // namespace dormouse
