using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;

namespace UwsgiIt.Relay;

/// <summary>Three pipes between our standard streams and the program's.</summary>
internal sealed class PipeCarrier : IDisposable
{
    private readonly AnonymousPipeServerStream _input = new(PipeDirection.Out);
    private readonly AnonymousPipeServerStream _output = new(PipeDirection.In);
    private readonly AnonymousPipeServerStream _error = new(PipeDirection.In);
    private readonly List<Thread> _threads = [];
    private readonly SafeFileHandle[] _theirs;

    public PipeCarrier() =>
        _theirs = [.. new[] { _input, _output, _error }.Select(static pipe => new SafeFileHandle(pipe.ClientSafePipeHandle.DangerousGetHandle(), ownsHandle: false))];

    /// <summary>The program's ends; ours to close once they were sent.</summary>
    public ReadOnlySpan<SafeFileHandle> Theirs => _theirs;

    public void Start()
    {
        foreach (var pipe in (AnonymousPipeServerStream[])[_input, _output, _error])
        {
            pipe.DisposeLocalCopyOfClientHandle();
        }

        // The program's end of input is ours; nobody waits for a stream that never ends.
        new Thread(() => Copy(StandardStream.Input(), _input)) { IsBackground = true }.Start();
        Begin(_output, StandardStream.Output());
        Begin(_error, StandardStream.Error());
    }

    /// <summary>Waits until all that the program wrote was passed on.</summary>
    public void Finish() => _threads.ForEach(static thread => thread.Join());

    public void Dispose()
    {
        _input.Dispose();
        _output.Dispose();
        _error.Dispose();
    }

    private void Begin(Stream from, Stream to)
    {
        var thread = new Thread(() => Copy(from, to)) { IsBackground = true };
        _threads.Add(thread);
        thread.Start();
    }

    private static void Copy(Stream from, Stream to)
    {
        try
        {
            var buffer = new byte[32 * 1024];
            for (var count = from.Read(buffer); count > 0; count = from.Read(buffer))
            {
                to.Write(buffer.AsSpan(0, count));
                to.Flush();
            }
        }
        catch (IOException)
        {
            // One side has closed.
        }
        finally
        {
            to.Dispose();
        }
    }
}
