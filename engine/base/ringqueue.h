// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

namespace dormouse {

/// Queue with access by position. Unlike std::deque it owns no memory while it was never used, grows from one element
/// on, and gives back what a burst has needed: there are thousands of them and nearly all are empty. Kept: slots that an
/// emptied queue may keep until squeeze(). One thread.
template<typename T, std::size_t Kept = 8>
class RingQueue
{
public:
    template<typename Queue, typename Value>
    class Iterator
    {
    public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = T;
        using difference_type = std::ptrdiff_t;
        using pointer = Value *;
        using reference = Value &;

        Iterator(Queue &queue, std::size_t position) : m_queue(&queue), m_position(position) {}
        reference operator*() const { return (*m_queue)[m_position]; }
        pointer operator->() const { return &(*m_queue)[m_position]; }
        Iterator &operator++()
        {
            ++m_position;
            return *this;
        }
        Iterator operator++(int) { return Iterator(*m_queue, m_position++); }
        bool operator==(const Iterator &other) const { return m_position == other.m_position; }

    private:
        Queue *m_queue;
        std::size_t m_position;
    };
    using iterator = Iterator<RingQueue, T>;
    using const_iterator = Iterator<const RingQueue, const T>;

    bool empty() const { return m_size == 0; }
    std::size_t size() const { return m_size; }
    T &operator[](std::size_t position) { return m_slots[index(position)]; }
    const T &operator[](std::size_t position) const { return m_slots[index(position)]; }
    T &front() { return (*this)[0]; }
    const T &front() const { return (*this)[0]; }
    T &back() { return (*this)[m_size - 1]; }
    const T &back() const { return (*this)[m_size - 1]; }
    iterator begin() { return {*this, 0}; }
    iterator end() { return {*this, m_size}; }
    const_iterator begin() const { return {*this, 0}; }
    const_iterator end() const { return {*this, m_size}; }

    void push_back(T value)
    {
        grow();
        m_slots[index(m_size)] = std::move(value);
        ++m_size;
    }
    void push_front(T value)
    {
        grow();
        m_first = (m_first + m_slots.size() - 1) & (m_slots.size() - 1);
        m_slots[m_first] = std::move(value);
        ++m_size;
    }
    void pop_front()
    {
        m_slots[m_first] = T();
        m_first = index(1);
        if (--m_size == 0 && m_slots.size() > Kept)
            clear();
    }
    void clear() { *this = RingQueue(); }
    /// An empty queue gives back what it has kept.
    void squeeze()
    {
        if (empty())
            clear();
    }

private:
    std::size_t index(std::size_t position) const { return (m_first + position) & (m_slots.size() - 1); }
    void grow()
    {
        if (m_size < m_slots.size())
            return;
        std::vector<T> larger(m_slots.empty() ? 1 : m_slots.size() * 2); // a power of two: index() masks
        for (std::size_t i = 0; i < m_size; ++i)
            larger[i] = std::move((*this)[i]);
        m_slots = std::move(larger);
        m_first = 0;
    }

    std::vector<T> m_slots;
    std::size_t m_first = 0;
    std::size_t m_size = 0;
};

} // namespace dormouse
