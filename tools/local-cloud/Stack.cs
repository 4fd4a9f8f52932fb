using ServerlessGateway.LocalCloud.Balancing;
using ServerlessGateway.LocalCloud.Processes;

namespace ServerlessGateway.LocalCloud;

/// <summary>
/// The whole local stack: balancer, Azurite, Web PubSub instances, Service Bus, Functions processes, sample backend. Starts in the order in
/// which the parts need each other, tells every step, and stops all of it in every case.
/// </summary>
public sealed class Stack : IAsyncDisposable
{
    private readonly StackOptions _options;
    private readonly Repository _repository;
    private readonly StackPrograms _programs;
    private readonly string _folder;
    private readonly List<ManagedProcess> _processes = [];
    private readonly List<ManagedProcess> _functions = [];
    private readonly CancellationTokenSource _stopping = new();
    private LoadBalancer? _balancer;
    private long _tableRequests;
    private bool _hasFailed;

    private Stack(StackOptions options, Repository repository)
    {
        (_options, _repository) = (options, repository);
        _folder = options.DataFolder ?? Directory.CreateTempSubdirectory("gateway-").FullName;
        _programs = new StackPrograms(repository, options, Path.Combine(_folder, "logs"));
    }

    /// <summary>Where clients negotiate.</summary>
    public Uri Endpoint => _balancer!.Endpoint;

    /// <summary>The Web PubSub instances, by name.</summary>
    public IReadOnlyDictionary<string, ManagedProcess> Instances { get; private set; } = new Dictionary<string, ManagedProcess>();

    /// <summary>Service Bus.</summary>
    public ManagedProcess ServiceBus { get; private set; } = null!;

    /// <summary>The table store.</summary>
    public ManagedProcess Tables { get; private set; } = null!;

    /// <summary>The sample backend; null where it was not asked for.</summary>
    public ManagedProcess? Backend { get; private set; }

    /// <summary>The Functions processes, in their order; one that was restarted keeps its place.</summary>
    public IReadOnlyList<ManagedProcess> Functions => _functions;

    /// <summary>The options it was started with.</summary>
    public StackOptions Options => _options;

    /// <summary>Where the logs are.</summary>
    public string LogFolder => Path.Combine(_folder, "logs");

    /// <summary>Write transactions that the table store took so far, read off its access log.</summary>
    public long TableTransactions => Interlocked.Read(ref _tableRequests);

    /// <summary>Starts everything; what was started is stopped where something fails.</summary>
    /// <param name="options">What to start.</param>
    /// <param name="repository">Where the programs are.</param>
    /// <param name="progress">Is told each step, for people.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <exception cref="LocalCloudException">A part is missing or did not come up; the message says which and why.</exception>
    public static async Task<Stack> StartAsync(
        StackOptions options, Repository repository, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var stack = new Stack(options, repository);
        try
        {
            await stack.StartAllAsync(progress, cancellationToken);
            return stack;
        }
        catch
        {
            stack._hasFailed = !cancellationToken.IsCancellationRequested;
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Awaits work that needs the stack; fails at once where a part that nobody stops (tables, Service Bus, an instance) ends meanwhile, and says
    /// which, instead of letting the work find out by its time-outs.
    /// </summary>
    /// <exception cref="LocalCloudException">A part has ended; the message holds its last lines.</exception>
    public async Task GuardAsync(Task work)
    {
        var exits = _processes.Select(process => process.Exited).ToList();
        if (await Task.WhenAny([work, .. exits]) != work && !_stopping.IsCancellationRequested)
        {
            _hasFailed = true;
            throw _processes.First(process => process.HasExited).Ended();
        }

        await work;
    }

    /// <summary>kill -9 of one Functions process.</summary>
    public async Task KillFunctionsAsync(int index)
    {
        var process = _functions[index];
        await process.KillAsync();
        _balancer!.Remove(process.Name);
        await process.DisposeAsync();
    }

    /// <summary>SIGTERM of one Functions process: out of the balancer first, as a platform does it. True where it ended by itself.</summary>
    public async Task<bool> StopFunctionsAsync(int index, TimeSpan within)
    {
        var process = _functions[index];
        _balancer!.Remove(process.Name);
        var endedWell = await process.StopAsync(within);
        await process.DisposeAsync();
        return endedWell;
    }

    /// <summary>Starts the Functions process of that place again.</summary>
    public async Task RestartFunctionsAsync(int index, CancellationToken cancellationToken) =>
        _functions[index] = await StartFunctionsAsync(index, cancellationToken);

    /// <summary>Ends the sample backend, and starts it again.</summary>
    public async Task KillBackendAsync()
    {
        await Backend!.KillAsync();
        await Backend.DisposeAsync();
    }

    /// <summary>Starts the sample backend again.</summary>
    public async Task RestartBackendAsync(CancellationToken cancellationToken) =>
        Backend = await ManagedProcess.StartAsync(_programs.Backend(ServiceBus), cancellationToken);

    /// <summary>Stops everything, in the reverse order; data stays where a folder was given.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (Backend is not null)
        {
            await Backend.DisposeAsync();
        }

        await Task.WhenAll(_functions.Select(process => process.DisposeAsync().AsTask()));
        await Task.WhenAll(_processes.Select(process => process.DisposeAsync().AsTask()));
        if (_balancer is not null)
        {
            await _balancer.DisposeAsync();
        }

        // The logs of a stack that failed are what its user needs next.
        if (_options.DataFolder is null && !_hasFailed)
        {
            Directory.Delete(_folder, recursive: true);
        }

        _stopping.Dispose();
    }

    private async Task StartAllAsync(IProgress<string> progress, CancellationToken cancellationToken)
    {
        _balancer = await LoadBalancer.StartAsync(_options.GatewayPort, cancellationToken);
        if (!Azurite.IsInstalled(_repository))
        {
            progress.Report("installing Azurite from npm (once)");
            await Azurite.InstallAsync(_repository, cancellationToken);
        }

        progress.Report($"starting the local cloud: tables, Service Bus, Web PubSub {string.Join(" and ", _options.Instances)}");
        var tables = Azurite.StartAsync(
            _repository, _options.DataFolder is null ? null : Path.Combine(_folder, "tables"), _options.TablePort,
            Path.Combine(LogFolder, "azurite.log"), CountTableRequest, cancellationToken);
        var serviceBus = ManagedProcess.StartAsync(_programs.ServiceBus(_folder), cancellationToken);
        var instances = _options.Instances.Select((name, index) =>
            ManagedProcess.StartAsync(_programs.WebPubSub(name, index, _folder, _balancer.Endpoint), cancellationToken)).ToList();
        await WhenAllStartedAsync([tables, serviceBus, .. instances]);
        (Tables, ServiceBus) = (await tables, await serviceBus);
        Instances = (await Task.WhenAll(instances)).ToDictionary(process => process.Name["webpubsub-".Length..]);

        await TableSetup.CreateAsync(Tables.Ready.Values["connectionString"], cancellationToken);
        progress.Report($"starting {_options.FunctionsProcesses} Functions processes behind {Endpoint}");
        var functions = Enumerable.Range(0, _options.FunctionsProcesses).Select(index => StartFunctionsAsync(index, cancellationToken)).ToList();
        try
        {
            _functions.AddRange(await Task.WhenAll(functions));
        }
        catch
        {
            _functions.AddRange(functions.Where(start => start.IsCompletedSuccessfully).Select(start => start.Result));
            throw;
        }

        if (_options.WithBackend)
        {
            progress.Report("starting the sample backend");
            Backend = await ManagedProcess.StartAsync(_programs.Backend(ServiceBus), cancellationToken);
        }
    }

    /// <summary>Keeps what came up, so that it is stopped where something else did not.</summary>
    private async Task WhenAllStartedAsync(IReadOnlyList<Task<ManagedProcess>> starts)
    {
        try
        {
            await Task.WhenAll(starts);
        }
        finally
        {
            _processes.AddRange(starts.Where(start => start.IsCompletedSuccessfully).Select(start => start.Result));
        }
    }

    private async Task<ManagedProcess> StartFunctionsAsync(int index, CancellationToken cancellationToken)
    {
        var spec = _programs.Functions(index, Tables, ServiceBus, Instances);
        var process = await ManagedProcess.StartAsync(spec, cancellationToken);
        _balancer!.Add(process.Name, process.Ready.Values["http"]);
        return process;
    }

    private void CountTableRequest(string line)
    {
        // Access log: 127.0.0.1 - - [date] "POST /devstoreaccount1/$batch HTTP/1.1" 202 -
        if (line.Contains("/$batch HTTP", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _tableRequests);
        }
    }
}
