# SPDX-License-Identifier: Apache-2.0
# Every library, program and test of the project is made by one of these functions, so that warnings, sanitizers,
# definitions and precompiled headers are the same everywhere.

add_library(dormouse_flags INTERFACE)
target_compile_options(dormouse_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  -Woverloaded-virtual -Wswitch-enum -Wno-unknown-warning-option)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(dormouse_flags INTERFACE -Wno-maybe-uninitialized)
endif()
if(DORMOUSE_WERROR)
  target_compile_options(dormouse_flags INTERFACE -Werror)
endif()
target_compile_definitions(dormouse_flags INTERFACE
  QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII QT_NO_CAST_FROM_BYTEARRAY QT_NO_FOREACH QT_NO_KEYWORDS
  QT_USE_QSTRINGBUILDER QT_DISABLE_DEPRECATED_BEFORE=0x060400 QT_NO_CONTEXTLESS_CONNECT
  DORMOUSE_VERSION="${PROJECT_VERSION}")
target_include_directories(dormouse_flags INTERFACE ${PROJECT_SOURCE_DIR})
if(DORMOUSE_SANITIZE)
  target_compile_options(dormouse_flags INTERFACE -fsanitize=${DORMOUSE_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(dormouse_flags INTERFACE -fsanitize=${DORMOUSE_SANITIZE})
endif()

if(DORMOUSE_FUZZ)
  # Every library counts its edges, or the fuzzer would see nothing of them.
  target_compile_options(dormouse_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# dormouse_library(NAME SOURCES ... LINK ...): static library; LINK entries are public.
function(dormouse_library name)
  cmake_parse_arguments(ARG "" "PCH" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC ${ARG_LINK} PRIVATE dormouse_flags)
  if(DORMOUSE_PCH AND ARG_PCH)
    target_precompile_headers(${name} PRIVATE ${ARG_PCH})
  endif()
endfunction()

# dormouse_test(NAME SOURCES ... LINK ... [LABEL l] [OFFSCREEN]): one Qt Test program, registered with CTest.
function(dormouse_test name)
  cmake_parse_arguments(ARG "OFFSCREEN" "LABEL;TIMEOUT" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE Qt6::Test ${ARG_LINK} dormouse_flags)
  target_compile_definitions(${name} PRIVATE DORMOUSE_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data")
  add_test(NAME ${name} COMMAND ${name})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS ${ARG_LABEL})
  if(ARG_OFFSCREEN)
    set_tests_properties(${name} PROPERTIES ENVIRONMENT "QT_QPA_PLATFORM=offscreen;QT_ACCESSIBILITY=1")
  endif()
endfunction()

# The programs allocate with jemalloc where it is installed: the C library's allocator costs 7 to 12 % more CPU under load
# (HTTP, creates). Sanitizers bring an allocator of their own.
find_library(DORMOUSE_JEMALLOC jemalloc)
function(dormouse_use_allocator target)
  if(DORMOUSE_JEMALLOC AND NOT DORMOUSE_SANITIZE)
    target_link_libraries(${target} PRIVATE ${DORMOUSE_JEMALLOC})
  endif()
endfunction()
