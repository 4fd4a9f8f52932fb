// The shapes of what a deployment is described by. Every limit here is one that the platform or the app has.

@export()
@description('One instance of the gateway: a Web PubSub resource of its own, with one hub.')
@sealed()
type instance = {
  @description('Required. The gateway\'s name for it, 1 to 20 of a-z, 0-9 and \'-\', beginning with a letter. It stands in the route of its callbacks.')
  @minLength(1)
  @maxLength(20)
  name: string

  @description('Optional. Azure region. Default: the region of the deployment.')
  location: string?

  @description('Required. Free_F1 holds 20 connections and 20,000 messages of 2 KB a day; paid units hold 1,000 connections each.')
  sku: 'Free_F1' | 'Standard_S1' | 'Premium_P1'

  @description('Required. Units of 1,000 connections; also the share of new clients that it gets. Free_F1 has exactly one, the others 1 to 10, 20, 30 and so on to 100.')
  @minValue(1)
  @maxValue(100)
  units: int
}

@export()
@description('The Functions app.')
@sealed()
type compute = {
  @description('Required. Memory of one instance of the app, in MB; a core goes with 2,048.')
  memoryMB: 512 | 2048 | 4096

  @description('Required. The most instances of the app, over all of its scale groups.')
  @minValue(40)
  @maxValue(1000)
  maximumInstances: int

  @description('Required. Instances that always wait for callbacks and negotiations: a connect that has to start one takes seconds.')
  @minValue(0)
  @maxValue(20)
  alwaysReadyHttp: int

  @description('Required. Instances that always wait for publications.')
  @minValue(0)
  @maxValue(20)
  alwaysReadySequencer: int

  @description('Required. Callbacks that one instance of the app handles side by side. Most of their time they wait for the store.')
  @minValue(1)
  @maxValue(1000)
  httpConcurrency: int

  @description('Required. True spreads the instances of the app over zones, where the region has them.')
  zoneRedundant: bool
}

@export()
@description('The Service Bus namespace.')
@sealed()
type messaging = {
  @description('Required. Standard passes about 500 envelopes a second; Premium about 4 MB a second for each unit, and is the only one with private endpoints.')
  sku: 'Standard' | 'Premium'

  @description('Required. Messaging units of Premium; 0 with Standard, which has none.')
  units: 0 | 1 | 2 | 4 | 8 | 16
}

@export()
@description('Settings of one namespace of channels; those that are not named get the app\'s defaults and go to no backend.')
@sealed()
type channelNamespace = {
  @description('Required. The part of channel names before the first \':\'. Letters, digits and \'_\' only, since it becomes part of the name of a setting.')
  @minLength(1)
  @maxLength(64)
  name: string

  @description('Required. True sends its messages to the topic of the backends too.')
  routeToBackends: bool

  @description('Optional. Messages of a channel that stay at least. Default 10,000.')
  retentionMessages: int?

  @description('Optional. How long messages stay at least, as d.hh:mm:ss. Default 1.00:00:00.')
  retentionAge: string?
}

@export()
@description('One backend service: a subscription of the topic.')
@sealed()
type backend = {
  @description('Required. The backend\'s name; it becomes the name of its subscription.')
  @minLength(1)
  @maxLength(50)
  name: string

  @description('Required. The namespaces of channels that it reads, at least one.')
  @minLength(1)
  namespaces: string[]

  @description('Optional. The object id of its identity, which then may read its subscription and send answers. Default: grant it yourself.')
  principalId: string?
}

@export()
@description('Whose tokens clients present. The signing keys are found by OpenID Connect discovery, so no secret is deployed.')
@sealed()
type clientTokens = {
  @description('Required. The https address of the application\'s issuer.')
  @minLength(9)
  authority: string

  @description('Required. The audience that tokens name.')
  @minLength(1)
  audience: string

  @description('Optional. The issuer that tokens name. Default: what the discovery document says.')
  issuer: string?
}

@export()
@description('What makes one kind of deployment: how large, how many, how closed.')
@sealed()
type profile = {
  @description('Required. 1 to 8 instances.')
  @minLength(1)
  @maxLength(8)
  instances: instance[]

  @description('Required. The Functions app.')
  compute: compute

  @description('Required. The Service Bus namespace.')
  messaging: messaging

  @description('Required. Copies of what is stored: LRS within a data centre, ZRS over the zones of the region.')
  storageSku: 'Standard_LRS' | 'Standard_ZRS'

  @description('Required. True puts all but the clients\' side into a virtual network.')
  privateNetwork: bool

  @description('Required. Days that telemetry is kept.')
  @minValue(30)
  @maxValue(730)
  telemetryDays: int

  @description('Required. The most telemetry of a day, in GB, as text since it may be a fraction; beyond, the day\'s rest is not kept.')
  telemetryGBPerDay: string
}

@export()
@description('Whether a text holds none but these characters.')
func isMadeOf(text string, characters string) bool =>
  empty(filter(range(0, length(text)), at => !contains(characters, substring(text, at, 1))))
