using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Win32.SafeHandles;
using UwsgiIt.Linux;

namespace UwsgiIt.Network.Control;

/// <summary>
/// One end of the control connection: a JSON message a packet. What is longer than <see cref="MaxInlineBytes"/> comes as a sealed file in memory, the last
/// descriptor of a packet that says <c>#</c>.
/// </summary>
public sealed class ControlChannel(PacketSocket socket) : IDisposable
{
    /// <summary>Longest message within the packet itself, in bytes; arbitrary, below the default of net.core.wmem_default.</summary>
    public const int MaxInlineBytes = 32_768;

    /// <summary>Longest message at all, in bytes; room for ten thousand rules of a dozen containers.</summary>
    public const int MaxMessageBytes = 16 * 1024 * 1024;

    private static readonly byte[] InMemory = "#"u8.ToArray();

    private readonly byte[] _buffer = new byte[MaxInlineBytes];

    /// <summary>The connection; owned by this object.</summary>
    public PacketSocket Socket { get; } = socket;

    /// <summary>Sends a message; the descriptors stay the caller's. Throws <see cref="LinuxException"/>.</summary>
    public void Send<T>(T message, JsonTypeInfo<T> type, params ReadOnlySpan<SafeFileHandle> descriptors)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(message, type);
        if (bytes.Length <= MaxInlineBytes)
        {
            Socket.Send(bytes, descriptors);
            return;
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, MaxMessageBytes);
        using var memory = SealedMemory.Create("uwsgiit-policy", bytes);
        Socket.Send(InMemory, [.. descriptors, memory]);
    }

    /// <summary>
    /// Waits for a message; null when the peer has gone. Descriptors that came are the caller's to dispose of, also after an error. Throws
    /// <see cref="LinuxException"/> and <see cref="JsonException"/>.
    /// </summary>
    public T? Receive<T>(JsonTypeInfo<T> type, List<SafeFileHandle> descriptors)
        where T : class
    {
        var length = Socket.Receive(_buffer, descriptors);
        return length <= 0 ? null
            : length == 1 && _buffer[0] == InMemory[0] ? ReadMemory(type, descriptors)
            : JsonSerializer.Deserialize(_buffer.AsSpan(0, length), type) ?? throw new JsonException("The message is null.");
    }

    /// <inheritdoc/>
    public void Dispose() => Socket.Dispose();

    private static T ReadMemory<T>(JsonTypeInfo<T> type, List<SafeFileHandle> descriptors)
    {
        if (descriptors.Count == 0)
        {
            throw new JsonException("The message says that it is in memory, and brings none.");
        }

        using var memory = descriptors[^1];
        descriptors.RemoveAt(descriptors.Count - 1);
        if (!SealedMemory.IsSealed(memory) || RandomAccess.GetLength(memory) is var length && length > MaxMessageBytes)
        {
            throw new JsonException($"The message in memory is not sealed, or longer than {MaxMessageBytes} bytes.");
        }

        var bytes = new byte[RandomAccess.GetLength(memory)];
        var read = RandomAccess.Read(memory, bytes, 0);
        return JsonSerializer.Deserialize(bytes.AsSpan(0, read), type) ?? throw new JsonException("The message is null.");
    }
}
