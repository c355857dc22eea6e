using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using UwsgiIt.Linux;

namespace UwsgiIt.Relay;

/// <summary>Carries bytes and window size between our terminal and the container's.</summary>
internal sealed class TerminalCarrier(SafeFileHandle master) : IDisposable
{
    private readonly SafeFileHandle _input = new(0, ownsHandle: false);
    private Thread? _output;
    private PosixSignalRegistration? _resize;

    public void Start()
    {
        _resize = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => PseudoTerminal.CopySize(_input, master));

        // What changed between asking and listening.
        PseudoTerminal.CopySize(_input, master);
        var toProgram = new Thread(() => Copy(StandardStream.Input(), new FileStream(master, FileAccess.Write, 0))) { IsBackground = true };
        toProgram.Start();
        _output = new Thread(() => Copy(new FileStream(master, FileAccess.Read, 0), StandardStream.Output())) { IsBackground = true };
        _output.Start();
    }

    /// <summary>Waits for what the program wrote last; a child it left behind may keep the terminal open, so not for ever.</summary>
    public void Finish() => _output?.Join(TimeSpan.FromSeconds(1));

    public void Dispose()
    {
        _resize?.Dispose();
        _input.Dispose();
    }

    private static void Copy(Stream from, Stream to)
    {
        try
        {
            var buffer = new byte[16 * 1024];
            for (var count = from.Read(buffer); count > 0; count = from.Read(buffer))
            {
                to.Write(buffer.AsSpan(0, count));
                to.Flush();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // EIO is a terminal's way to say that its other side has closed.
        }
    }
}
