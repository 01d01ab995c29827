/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A label whose changes do not cause a new layout: see the header. Rows of transfers, versions and files use it. Main
 * context. */
#include "config.h"

#include "namida-steady-label.h"

#include "namida-spoken.h"

/* Minimum width in characters: text that wraps is narrower than this only in a window that is too narrow for
 * everything else. */
#define LEAST_CHARS 8

struct _NamidaSteadyLabel
{
  GtkWidget parent_instance;

  char *text;
  gboolean wrap;
  gboolean shrinks;    /* without @wrap: may get less space than one line needs, and then wraps */
  gboolean at_start;   /* without @wrap: the text is aligned to the start of the label */
  int lines;           /* maximum number of lines; 0: no limit */
  PangoLayout *layout; /* (nullable): the layout of @text, created when needed */
  int natural_width;   /* pixels, width of @text in one line; -1: not known */
  int natural_height;
  int room;        /* pixels: the widest line there was, or with @wrap the height that it needed */
  gboolean stale;  /* GTK still uses the heights that an earlier text had at other widths */
  guint remeasure; /* idle source; 0: none */
};

G_DEFINE_FINAL_TYPE (NamidaSteadyLabel, namida_steady_label, GTK_TYPE_WIDGET)

enum
{
  PROP_WRAP = 1,
  PROP_LINES,
  PROP_SHRINKS,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

static PangoLayout *
steady_label_get_layout (NamidaSteadyLabel *self)
{
  g_autoptr (PangoAttrList) attributes = NULL;

  if (self->layout != NULL)
    return self->layout;
  self->layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), self->text);
  attributes = pango_attr_list_new ();
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  pango_layout_set_attributes (self->layout, attributes);
  pango_layout_set_wrap (self->layout, PANGO_WRAP_WORD_CHAR);
  if (self->lines > 0)
    {
      pango_layout_set_height (self->layout, -self->lines);
      pango_layout_set_ellipsize (self->layout, PANGO_ELLIPSIZE_END);
    }
  return self->layout;
}

/* @width: pixels; -1: the natural width. Most texts fit in one line, which is measured once. */
static void
steady_label_get_size (NamidaSteadyLabel *self, int width, int *text_width, int *text_height)
{
  PangoLayout *layout = steady_label_get_layout (self);

  if (self->natural_width < 0)
    {
      pango_layout_set_width (layout, -1);
      pango_layout_get_pixel_size (layout, &self->natural_width, &self->natural_height);
    }
  *text_width = self->natural_width;
  *text_height = self->natural_height;
  if (width < 0 || width >= self->natural_width)
    return;
  pango_layout_set_width (layout, width * PANGO_SCALE);
  pango_layout_get_pixel_size (layout, text_width, text_height);
}

/* Returns the minimum width in pixels. */
static int
steady_label_least_width (NamidaSteadyLabel *self)
{
  PangoFontMetrics *metrics = pango_context_get_metrics (gtk_widget_get_pango_context (GTK_WIDGET (self)), NULL, NULL);
  int width = PANGO_PIXELS_CEIL (LEAST_CHARS * pango_font_metrics_get_approximate_char_width (metrics));

  pango_font_metrics_unref (metrics);
  return width;
}

static GtkSizeRequestMode
namida_steady_label_get_request_mode (GtkWidget *widget)
{
  NamidaSteadyLabel *self = NAMIDA_STEADY_LABEL (widget);

  return self->wrap || self->shrinks ? GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH : GTK_SIZE_REQUEST_CONSTANT_SIZE;
}

static void
namida_steady_label_measure (GtkWidget *widget,
                             GtkOrientation orientation,
                             int for_size,
                             int *minimum,
                             int *natural,
                             int *minimum_baseline,
                             int *natural_baseline)
{
  NamidaSteadyLabel *self = NAMIDA_STEADY_LABEL (widget);
  int width, height;

  steady_label_get_size (self, orientation == GTK_ORIENTATION_VERTICAL && (self->wrap || self->shrinks) ? for_size : -1,
                         &width, &height);
  if (orientation == GTK_ORIENTATION_VERTICAL)
    {
      *minimum = *natural = self->wrap && for_size == gtk_widget_get_width (widget) ? MAX (height, self->room) : height;
      return;
    }
  *natural = self->wrap ? width : MAX (width, self->room);
  *minimum = self->wrap || self->shrinks ? MIN (width, steady_label_least_width (self)) : *natural;
}

/* Returns: whether the text fits in its current space. */
static gboolean
steady_label_fits (NamidaSteadyLabel *self)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  int height = gtk_widget_get_height (GTK_WIDGET (self));
  int text_width, text_height;

  if (width <= 0 || height <= 0)
    return FALSE;
  steady_label_get_size (self, self->wrap ? width : -1, &text_width, &text_height);
  self->room = MAX (self->room, self->wrap ? text_height : text_width);
  return self->wrap ? text_height <= height : text_width <= width;
}

static gboolean
steady_label_on_remeasure (gpointer widget)
{
  NamidaSteadyLabel *self = NAMIDA_STEADY_LABEL (widget);

  self->remeasure = 0;
  gtk_widget_queue_resize (GTK_WIDGET (self));
  return G_SOURCE_REMOVE;
}

/* A text that was drawn without being measured may need more lines at this width than GTK remembers for the previous
 * text. GTK cannot be asked to measure again during allocation, so do it in an idle callback. */
static void
namida_steady_label_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  NamidaSteadyLabel *self = NAMIDA_STEADY_LABEL (widget);

  GTK_WIDGET_CLASS (namida_steady_label_parent_class)->size_allocate (widget, width, height, baseline);
  if (!self->stale || steady_label_fits (self))
    return;
  self->stale = FALSE;
  if (self->remeasure == 0)
    self->remeasure = g_idle_add_full (G_PRIORITY_HIGH_IDLE, steady_label_on_remeasure, self, NULL);
}

static void
namida_steady_label_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  NamidaSteadyLabel *self = NAMIDA_STEADY_LABEL (widget);
  int room = gtk_widget_get_width (widget);
  gboolean flipped = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  gboolean in_lines, at_right, against;
  int width, height;

  if (*self->text == '\0')
    return;
  steady_label_get_size (self, -1, &width, &height);
  /* With a width, Pango aligns the text in it; without a width, the text ends where the label does. */
  in_lines = self->wrap || width > room;
  at_right = !in_lines && (flipped ? self->at_start : !self->at_start);
  pango_layout_set_width (self->layout, in_lines ? room * PANGO_SCALE : -1);
  /* Pango swaps the sides for a text whose direction differs from that of the window: a Latin title would be at the
   * left of a right-to-left window. */
  against = pango_layout_get_direction (self->layout, 0) == (flipped ? PANGO_DIRECTION_LTR : PANGO_DIRECTION_RTL);
  pango_layout_set_alignment (self->layout, flipped != against ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
  gtk_snapshot_render_layout (snapshot, gtk_widget_get_style_context (widget), at_right ? room - width : 0, 0,
                              self->layout);
}

/* The font, the size or the direction has changed. */
static void
steady_label_forget_layout (NamidaSteadyLabel *self)
{
  g_clear_object (&self->layout);
  self->natural_width = -1;
  namida_steady_label_settle (self);
}

static void
namida_steady_label_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (namida_steady_label_parent_class)->css_changed (widget, change);
  steady_label_forget_layout (NAMIDA_STEADY_LABEL (widget));
}

static void
namida_steady_label_system_setting_changed (GtkWidget *widget, GtkSystemSetting setting)
{
  GTK_WIDGET_CLASS (namida_steady_label_parent_class)->system_setting_changed (widget, setting);
  steady_label_forget_layout (NAMIDA_STEADY_LABEL (widget));
}

static void
namida_steady_label_direction_changed (GtkWidget *widget, GtkTextDirection previous)
{
  GTK_WIDGET_CLASS (namida_steady_label_parent_class)->direction_changed (widget, previous);
  steady_label_forget_layout (NAMIDA_STEADY_LABEL (widget));
}

static void
namida_steady_label_root (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (namida_steady_label_parent_class)->root (widget);
  /* The Pango context comes from the window. */
  steady_label_forget_layout (NAMIDA_STEADY_LABEL (widget));
}

const char *
namida_steady_label_get_text (NamidaSteadyLabel *self)
{
  return self->text;
}

void
namida_steady_label_set_text (NamidaSteadyLabel *self, const char *text)
{
  if (g_str_equal (self->text, text))
    return;
  g_free (self->text);
  self->text = g_strdup (text);
  self->natural_width = -1;
  if (self->layout != NULL)
    pango_layout_set_text (self->layout, text, -1);
  namida_spoken_set_name (self, text);
  self->stale = steady_label_fits (self);
  if (self->stale)
    gtk_widget_queue_draw (GTK_WIDGET (self));
  else
    gtk_widget_queue_resize (GTK_WIDGET (self));
}

void
namida_steady_label_set_at_start (NamidaSteadyLabel *self, gboolean at_start)
{
  if (self->at_start == at_start)
    return;
  self->at_start = at_start;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
namida_steady_label_settle (NamidaSteadyLabel *self)
{
  self->room = 0;
  self->stale = FALSE;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
namida_steady_label_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  NamidaSteadyLabel *self = NAMIDA_STEADY_LABEL (object);

  if (id == PROP_WRAP)
    self->wrap = g_value_get_boolean (value);
  else if (id == PROP_SHRINKS)
    self->shrinks = g_value_get_boolean (value);
  else
    self->lines = g_value_get_int (value);
}

static void
namida_steady_label_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  NamidaSteadyLabel *self = NAMIDA_STEADY_LABEL (object);

  if (id == PROP_WRAP)
    g_value_set_boolean (value, self->wrap);
  else if (id == PROP_SHRINKS)
    g_value_set_boolean (value, self->shrinks);
  else
    g_value_set_int (value, self->lines);
}

static void
namida_steady_label_finalize (GObject *object)
{
  NamidaSteadyLabel *self = NAMIDA_STEADY_LABEL (object);

  g_clear_handle_id (&self->remeasure, g_source_remove);
  g_clear_object (&self->layout);
  g_free (self->text);
  G_OBJECT_CLASS (namida_steady_label_parent_class)->finalize (object);
}

static void
namida_steady_label_class_init (NamidaSteadyLabelClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->set_property = namida_steady_label_set_property;
  G_OBJECT_CLASS (klass)->get_property = namida_steady_label_get_property;
  G_OBJECT_CLASS (klass)->finalize = namida_steady_label_finalize;
  widget_class->get_request_mode = namida_steady_label_get_request_mode;
  widget_class->measure = namida_steady_label_measure;
  widget_class->size_allocate = namida_steady_label_size_allocate;
  widget_class->snapshot = namida_steady_label_snapshot;
  widget_class->css_changed = namida_steady_label_css_changed;
  widget_class->system_setting_changed = namida_steady_label_system_setting_changed;
  widget_class->direction_changed = namida_steady_label_direction_changed;
  widget_class->root = namida_steady_label_root;
  properties[PROP_WRAP] = g_param_spec_boolean ("wrap", NULL, NULL, FALSE,
                                                G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_LINES] = g_param_spec_int ("lines", NULL, NULL, 0, G_MAXINT, 0,
                                             G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SHRINKS] = g_param_spec_boolean ("shrinks", NULL, NULL, FALSE,
                                                   G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, properties);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LABEL);
  /* Style classes of labels apply to this widget, too. */
  gtk_widget_class_set_css_name (widget_class, "label");
}

static void
namida_steady_label_init (NamidaSteadyLabel *self)
{
  self->text = g_strdup ("");
  self->natural_width = -1;
}
