/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tells ThreadSanitizer which operations of GLib order two threads. The GLib of a distribution is not built with the
 * sanitizer, and its locks are futexes, so every value that a GMutex protects would be reported as a race. Each
 * function here replaces the one of GLib with the same name, calls it, and announces what that one guarantees, and no
 * more. tests/meson.build preloads this module into the tests if b_sanitize is thread. Any thread. */
#include <dlfcn.h>
#include <glib-object.h>

/* Of the sanitizer. Weak, because programs that the tests start are not built with it. */
extern void __tsan_acquire (void *address) __attribute__ ((weak));
extern void __tsan_release (void *address) __attribute__ ((weak));

/* What other threads did before they released @address has happened for this thread. */
static void
annotate_acquire (gpointer address)
{
  if (__tsan_acquire != NULL && address != NULL)
    __tsan_acquire (address);
}

static void
annotate_release (gpointer address)
{
  if (__tsan_release != NULL && address != NULL)
    __tsan_release (address);
}

/* Resolves the function of GLib behind the one that is being defined. */
#define NEXT(name)                                                                                                     \
  static __typeof__ (name) *next;                                                                                      \
  if (G_UNLIKELY (next == NULL))                                                                                       \
  next = (__typeof__ (name) *) dlsym (RTLD_NEXT, #name)

static void
annotate_both (gpointer address)
{
  annotate_release (address);
  annotate_acquire (address);
}

/* ---- locks ---- */

#define LOCK(type, name)                                                                                               \
  void name (type *lock)                                                                                               \
  {                                                                                                                    \
    NEXT (name);                                                                                                       \
    next (lock);                                                                                                       \
    annotate_acquire (lock);                                                                                           \
  }
#define TRY(type, name)                                                                                                \
  gboolean name (type *lock)                                                                                           \
  {                                                                                                                    \
    NEXT (name);                                                                                                       \
    if (!next (lock))                                                                                                  \
      return FALSE;                                                                                                    \
    annotate_acquire (lock);                                                                                           \
    return TRUE;                                                                                                       \
  }
#define UNLOCK(type, name)                                                                                             \
  void name (type *lock)                                                                                               \
  {                                                                                                                    \
    NEXT (name);                                                                                                       \
    annotate_release (lock);                                                                                           \
    next (lock);                                                                                                       \
  }

/* clang-format off */
LOCK (GMutex, g_mutex_lock)
TRY (GMutex, g_mutex_trylock)
UNLOCK (GMutex, g_mutex_unlock)
LOCK (GRecMutex, g_rec_mutex_lock)
TRY (GRecMutex, g_rec_mutex_trylock)
UNLOCK (GRecMutex, g_rec_mutex_unlock)
LOCK (GRWLock, g_rw_lock_writer_lock)
UNLOCK (GRWLock, g_rw_lock_writer_unlock)
LOCK (GRWLock, g_rw_lock_reader_lock)
UNLOCK (GRWLock, g_rw_lock_reader_unlock)
/* clang-format on */

void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  NEXT (g_cond_wait);
  annotate_release (mutex);
  next (cond, mutex);
  annotate_acquire (mutex);
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  gboolean signalled;

  NEXT (g_cond_wait_until);
  annotate_release (mutex);
  signalled = next (cond, mutex, end_time);
  annotate_acquire (mutex);
  return signalled;
}

/* Others read the location with an inline atomic load, which the sanitizer sees. */
#undef g_once_init_leave
void
g_once_init_leave (volatile void *location, gsize result)
{
  NEXT (g_once_init_leave);
  annotate_release ((gpointer) location);
  next (location, result);
}

/* ---- thread pools and queues ---- */

/** The function of a pool and what it is called with. Never freed: a pool of GLib may outlive its handle. */
typedef struct
{
  GFunc func;
  gpointer data;
} Pool;

static void
annotate_pool_work (gpointer item, gpointer user_data)
{
  Pool *pool = user_data;

  annotate_acquire (pool);
  pool->func (item, pool->data);
  annotate_release (pool);
}

GThreadPool *
g_thread_pool_new (GFunc func, gpointer user_data, gint max_threads, gboolean exclusive, GError **error)
{
  Pool *pool = g_new0 (Pool, 1);

  NEXT (g_thread_pool_new);
  pool->func = func;
  pool->data = user_data;
  return next (annotate_pool_work, pool, max_threads, exclusive, error);
}

gboolean
g_thread_pool_push (GThreadPool *pool, gpointer data, GError **error)
{
  NEXT (g_thread_pool_push);
  annotate_release (pool->user_data);
  return next (pool, data, error);
}

void
g_thread_pool_free (GThreadPool *pool, gboolean immediate, gboolean wait_)
{
  gpointer data = pool->user_data;

  NEXT (g_thread_pool_free);
  next (pool, immediate, wait_);
  if (wait_)
    annotate_acquire (data);
}

void
g_async_queue_push (GAsyncQueue *queue, gpointer data)
{
  NEXT (g_async_queue_push);
  annotate_release (queue);
  next (queue, data);
}

void
g_async_queue_push_front (GAsyncQueue *queue, gpointer item)
{
  NEXT (g_async_queue_push_front);
  annotate_release (queue);
  next (queue, item);
}

gpointer
g_async_queue_pop (GAsyncQueue *queue)
{
  gpointer data;

  NEXT (g_async_queue_pop);
  data = next (queue);
  annotate_acquire (queue);
  return data;
}

gpointer
g_async_queue_try_pop (GAsyncQueue *queue)
{
  gpointer data;

  NEXT (g_async_queue_try_pop);
  data = next (queue);
  annotate_acquire (queue);
  return data;
}

gpointer
g_async_queue_timeout_pop (GAsyncQueue *queue, guint64 timeout)
{
  gpointer data;

  NEXT (g_async_queue_timeout_pop);
  data = next (queue, timeout);
  annotate_acquire (queue);
  return data;
}

/* ---- main contexts ---- */

guint
g_source_attach (GSource *source, GMainContext *context)
{
  NEXT (g_source_attach);
  annotate_release (source);
  return next (source, context);
}

static gboolean (*idle_dispatch) (GSource *source, GSourceFunc callback, gpointer user_data);
static gboolean (*timeout_dispatch) (GSource *source, GSourceFunc callback, gpointer user_data);

static gboolean
annotate_idle (GSource *source, GSourceFunc callback, gpointer user_data)
{
  annotate_acquire (source);
  return idle_dispatch (source, callback, user_data);
}

static gboolean
annotate_timeout (GSource *source, GSourceFunc callback, gpointer user_data)
{
  annotate_acquire (source);
  return timeout_dispatch (source, callback, user_data);
}

__attribute__ ((constructor)) static void
annotate_sources (void)
{
  g_autoptr (GSource) idle = g_idle_source_new ();
  g_autoptr (GSource) timeout = g_timeout_source_new (0);

  /* GLib does not export the two tables. */
  idle_dispatch = idle->source_funcs->dispatch;
  ((GSourceFuncs *) idle->source_funcs)->dispatch = annotate_idle;
  timeout_dispatch = timeout->source_funcs->dispatch;
  ((GSourceFuncs *) timeout->source_funcs)->dispatch = annotate_timeout;
}

/* GLib calls its own g_source_attach() in these, which is not the one above. */
guint
g_idle_add_full (gint priority, GSourceFunc function, gpointer data, GDestroyNotify notify)
{
  GSource *source = g_idle_source_new ();
  guint id;

  g_source_set_priority (source, priority);
  g_source_set_callback (source, function, data, notify);
  id = g_source_attach (source, NULL);
  g_source_unref (source);
  return id;
}

guint
g_idle_add (GSourceFunc function, gpointer data)
{
  return g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, function, data, NULL);
}

void
g_main_context_invoke_full (
    GMainContext *context, gint priority, GSourceFunc function, gpointer data, GDestroyNotify notify)
{
  NEXT (g_main_context_invoke_full);
  if (g_main_context_is_owner (context))
    next (context, priority, function, data, notify);
  else
    {
      GSource *source = g_idle_source_new ();

      g_source_set_priority (source, priority);
      g_source_set_callback (source, function, data, notify);
      g_source_attach (source, context);
      g_source_unref (source);
    }
}

void
g_main_context_invoke (GMainContext *context, GSourceFunc function, gpointer data)
{
  g_main_context_invoke_full (context, G_PRIORITY_DEFAULT, function, data, NULL);
}

/* ---- reference counts: the last reference is released after all others ---- */

#define UNREF(type, name)                                                                                              \
  void name (type object)                                                                                              \
  {                                                                                                                    \
    NEXT (name);                                                                                                       \
    annotate_both ((gpointer) object);                                                                                 \
    next (object);                                                                                                     \
  }

/* clang-format off */
UNREF (gpointer, g_object_unref)
UNREF (GBytes *, g_bytes_unref)
UNREF (GPtrArray *, g_ptr_array_unref)
UNREF (GHashTable *, g_hash_table_unref)
UNREF (GSource *, g_source_unref)
UNREF (GMainContext *, g_main_context_unref)
/* clang-format on */

void
g_atomic_rc_box_release_full (gpointer mem_block, GDestroyNotify clear_func)
{
  NEXT (g_atomic_rc_box_release_full);
  annotate_both (mem_block);
  next (mem_block, clear_func);
}
