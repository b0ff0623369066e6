# SPDX-License-Identifier: Apache-2.0
# The sources of results and reports; suite.mk links them into `assay`.

RENDER_SRCS := \
	suite/core/judge.c \
	suite/core/results.c \
	suite/render/compare.c \
	suite/render/ctrf.c \
	suite/render/facts.c \
	suite/render/html-list.c \
	suite/render/html-time.c \
	suite/render/html.c \
	suite/render/junit.c \
	suite/render/out.c \
	suite/render/page.c \
	suite/render/programme.c \
	suite/render/progress.c \
	suite/render/render.c \
	suite/render/report.c \
	suite/render/sections.c \
	suite/render/summary.c \
	suite/render/tap.c \
	suite/render/waivers.c
