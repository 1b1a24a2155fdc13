// SPDX-License-Identifier: Apache-2.0
#include <QtGlobal>
#include <QDir>

// Resources of a static library are dropped by the linker unless something refers to them; Q_INIT_RESOURCE must stand
// outside of any namespace.
void dormouseInitResources()
{
    Q_INIT_RESOURCE(dormouse);
}
