using UwsgiIt.Router.Hosting;

namespace UwsgiIt.Router.Transport;

/// <summary>Who moves bytes between sockets and the router.</summary>
internal enum TransportKind
{
    /// <summary>Our event loops on epoll, client and upstream of a request on one loop.</summary>
    Epoll = 0,

    /// <summary>The runtime's own sockets.</summary>
    Sockets,

    /// <summary>Our event loops on io_uring; on epoll where the kernel lacks or forbids it.</summary>
    IoUring,
}

/// <summary>The data path's engine. Changes need a restart.</summary>
internal sealed class TransportOptions : IValidatedOptions
{
    public static string SectionName => "Transport";

    /// <summary><c>Epoll</c>, <c>IoUring</c> or <c>Sockets</c>. Default Epoll: IoUring costs a tenth less, and is to be the default once it has been in use for a while.</summary>
    public TransportKind Kind { get; set; }

    /// <summary>Event loops, each a thread. Default 0: one for each core.</summary>
    public int Loops { get; set; }

    public IEnumerable<OptionFault> Validate()
    {
        if (Loops is < 0 or > 1024)
        {
            yield return new OptionFault("Transport:Loops", $"{Loops}", "is not between 0 and 1024", "Leave it out for one loop a core");
        }
    }
}
