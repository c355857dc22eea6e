using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace UwsgiIt.Linux.Networking;

/// <summary>
/// A network namespace (network_namespaces(7)) and the one thread that lives in it: what <see cref="Run"/> is given runs there. It ends with its last
/// descriptor, device and process, so disposing of it removes what nobody else holds. Needs CAP_SYS_ADMIN.
/// </summary>
public sealed partial class NetworkNamespace : IDisposable
{
    private const int CLONE_NEWNET = 0x40000000;

    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    private NetworkNamespace(Action enter)
    {
        var entered = new TaskCompletionSource<SafeFileHandle>(TaskCreationOptions.RunContinuationsAsynchronously);
        _thread = new Thread(() => Live(enter, entered)) { IsBackground = true, Name = "network namespace" };
        _thread.Start();
        Handle = entered.Task.GetAwaiter().GetResult();
    }

    /// <summary>The namespace itself, for setns(2); owned by this object.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>A path to it that other processes may open while this object lives, as <c>nsenter --net=</c> takes.</summary>
    public string Path => $"/proc/{Environment.ProcessId}/fd/{Handle.DangerousGetHandle()}";

    /// <summary>A new one with nothing but a loopback device that is down. Throws <see cref="LinuxException"/>.</summary>
    public static NetworkNamespace Create() => new(static () => Check(unshare(CLONE_NEWNET), "unshare", "CLONE_NEWNET"));

    /// <summary>That of a process, or of a file such as <c>/run/netns/x</c>. Throws <see cref="LinuxException"/>.</summary>
    public static NetworkNamespace Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var handle = File.OpenHandle(path);
        return Enter(handle);
    }

    /// <summary>That of an open descriptor, which stays the caller's. Throws <see cref="LinuxException"/>.</summary>
    public static NetworkNamespace Enter(SafeFileHandle handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        return new NetworkNamespace(() => Check(setns(handle, CLONE_NEWNET), "setns", "network namespace"));
    }

    /// <summary>Runs on the namespace's thread and returns or throws what it did. Sockets and devices opened there stay there.</summary>
    public T Run<T>(Func<T> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                result.SetResult(action());
            }
            catch (Exception e)
            {
                // It is the caller's: it is thrown where he waits.
                result.SetException(e);
            }
        });
        return result.Task.GetAwaiter().GetResult();
    }

    /// <summary>As <see cref="Run{T}"/>, without a result.</summary>
    public void Run(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        Run(() =>
        {
            action();
            return true;
        });
    }

    /// <summary>Ends the thread and lets go of the namespace.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
        Handle.Dispose();
    }

    private void Live(Action enter, TaskCompletionSource<SafeFileHandle> entered)
    {
        try
        {
            enter();
            entered.SetResult(File.OpenHandle("/proc/thread-self/ns/net"));
        }
        catch (Exception e)
        {
            // As in Run: the constructor's caller gets it.
            entered.SetException(e);
            return;
        }

        foreach (var action in _work.GetConsumingEnumerable())
        {
            action();
        }
    }

    private static void Check(int result, string call, string subject)
    {
        if (result != 0)
        {
            throw new LinuxException(call, Marshal.GetLastPInvokeError(), subject);
        }
    }

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int unshare(int flags);

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int setns(SafeFileHandle fd, int nstype);
}
