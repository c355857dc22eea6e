using System.Buffers;

using UwsgiIt.Router.Edge;

namespace UwsgiIt.Router.Forwarding;

/// <summary>
/// A request body taken in whole because its length must be said first. Up to a bound in memory, beyond it in a file that has no name.
/// Stays with the request, so that another node can be tried with it.
/// </summary>
internal sealed class BufferedBody : IDisposable
{
    private readonly MemoryStream _memory = new();
    private FileStream? _file;

    public long Length => _file?.Length ?? _memory.Length;

    /// <summary>Reads the body to its end. <see cref="ForwardOutcome.Completed"/> means all of it is here.</summary>
    public async ValueTask<ForwardOutcome> ReadAsync(HttpContext context, ForwardingOptions options, Bandwidth? bandwidth = null)
    {
        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await RequestForwarder.ReadBodyAsync(reader, context.RequestAborted);
            if (Length + read.Buffer.Length > options.MaxBufferedBodyBytes)
            {
                reader.AdvanceTo(read.Buffer.End);
                return ForwardOutcome.RequestBodyTooLarge;
            }

            foreach (var segment in read.Buffer)
            {
                await WriteAsync(segment, options);
            }

            var count = (int)read.Buffer.Length;
            reader.AdvanceTo(read.Buffer.End);
            if (bandwidth is not null)
            {
                await bandwidth.TakeAsync(count, context.RequestAborted);
            }

            if (read.IsCompleted)
            {
                return ForwardOutcome.Completed;
            }
        }
    }

    /// <summary>The body from its start; valid until the next call.</summary>
    public Stream Open()
    {
        Stream stream = _file is null ? _memory : _file;
        stream.Position = 0;
        return stream;
    }

    public void Dispose()
    {
        _memory.Dispose();
        _file?.Dispose();
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> segment, ForwardingOptions options)
    {
        if (_file is null && _memory.Length + segment.Length > options.BufferMemoryBytes)
        {
            _file = CreateUnnamed(options.TemporaryDirectory);
            _memory.Position = 0;
            await _memory.CopyToAsync(_file);
            _memory.SetLength(0);
            _memory.Capacity = 0;
        }

        await (_file is null ? (Stream)_memory : _file).WriteAsync(segment);
    }

    private static FileStream CreateUnnamed(string directory)
    {
        var path = Path.Combine(directory, $"uwsgiit-body-{Guid.NewGuid():N}");
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.Asynchronous,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });

        // Without a name nobody else can open it, and it is gone however we end.
        File.Delete(path);
        return file;
    }
}
